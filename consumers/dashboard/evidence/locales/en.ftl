# The pages that end a rumour, in plain words. Every message begins with `ev-`.

## Columns

ev-column-at = When
ev-column-before = Before
ev-column-after = After
ev-column-change = Change
ev-column-cause = Why
ev-column-record = Record
ev-column-referral = Referral No.
ev-column-issued = Issued
ev-column-organisation = Kindergarten
ev-column-place = Place
ev-column-number = Number
ev-column-number-then = Number then
ev-column-how = How
ev-column-state = State
ev-column-until = Until
ev-column-ended = Ended
ev-column-granted = From
ev-column-places = Places on the list
ev-column-outcome = Outcome
ev-column-stage = Stage
ev-column-due = Due
ev-column-bound = Whose term
ev-column-in-time = In time
ev-column-group = Group
ev-column-reason = Reason
ev-column-by = Brought about by
ev-column-application = Application
ev-column-submitted = Submitted
ev-column-status = Status
ev-column-stage-of-place = Stage
ev-column-window = For holders of access until
ev-column-ages = Age on 1 September
ev-column-language = Language
ev-column-group-type = Kind of group
ev-column-regime = Hours
ev-column-admission = Kind of place
ev-column-admission-from = Admission from
ev-column-offered = On offer since
ev-column-week = Week from
ev-column-joined = Joined
ev-column-served-EXTRAORDINARY = Referrals, extraordinary
ev-column-served-PRIORITY = Referrals, priority
ev-column-served-GENERAL = Referrals, general
ev-column-returned = Came back
ev-column-paused = Paused
ev-column-left = Left
ev-column-waiting = Waiting at the end
ev-column-both-GENERAL = General, while both groups waited
ev-column-both-PRIORITY = Priority, while both groups waited
ev-column-day = Day
ev-column-event = What was sent
ev-column-detail = Details

## An application

ev-application-title = Application { $id }
ev-application-lede = The number in the queue, how it moved and why.
ev-now = Now
ev-number = Number in the queue
ev-number-now = Number in the queue
ev-number-of = of { $size } who wait
ev-number-hint = So many applications are ahead, and this one.
ev-group = Group
ev-group-rank = No. { $rank } of { $size } in this group
ev-group-hint = Inside a group only the moment of application counts.
ev-status = Status
ev-status-REGISTERED = Waits for its documents
ev-status-DEFERRED = Joins the queue later
ev-status-REFUSED = Refused
ev-status-ARCHIVED = No longer in the queue
ev-no-number-REGISTERED = It gets a number as soon as the documents are confirmed.
ev-no-number-DEFERRED = It gets a number when it joins the queue.
ev-no-number-REFERRED = A place is kept for it, so it has no number. If nothing comes of it, it returns to its old place in the order.
ev-no-number-STOPPED = It has no number for now and returns to its old place in the order.
ev-no-number-SUSPENDED = It has no number for now and returns to its old place in the order.
ev-no-number-REFUSED = It never joined the queue. A new application may be made.
ev-no-number-ARCHIVED = It has left the order for good.
ev-submitted = Submitted on { $moment }. This moment decides the order inside a group, even if the documents were confirmed later.
ev-moved = The number was { $first } at first and { $best } at its best; now it is { $now }.
ev-was = The number was { $first } at first and { $best } at its best.
ev-since-week = A week ago it was { $then }: { $way ->
    [ahead] { $delta } closer to the front.
   *[back] { $delta } further back.
}
ev-since-day = Since yesterday: { $way ->
    [ahead] { $delta } closer.
   *[back] { $delta } further back.
}
ev-how-moved = How the number moved, and why
ev-curve-title = Number in the queue over time (the front is at the top)
ev-exact = { $count ->
    [one] One decision has changed this number. It is shown here with its cause.
   *[other] { $count } decisions have changed this number or concerned this application. Each of them is shown here with its cause: none is left out.
}
ev-no-curve = The application has not been in the queue yet, so it has had no number.
ev-more-days = { $count ->
    [one] One earlier day is in the table of all changes.
   *[other] { $count } earlier days are in the table of all changes.
}
ev-every-change = { $count ->
    [one] The one change
   *[other] All { $count } changes, one by one
}
ev-curve-caption = Every change of the number, the newest first
ev-curve-empty = The number has never changed.
ev-daily-caption = The number at the end of each day
ev-records = { $count ->
    [one] Record:
   *[other] { $count } records:
}
ev-delta-ahead = { $count } closer to the front
ev-delta-back = { $count } further back
ev-running = What runs now
ev-until = until { $moment }
ev-nothing-runs = No term runs: nothing has to be done now.
ev-next = What comes next
ev-own-tables = Everything that happened to this application
ev-referrals = Places that were reserved (referrals)
ev-referrals-caption = Referrals
ev-referrals-empty = No place has been reserved yet.
ev-referral-ISSUED = documents are awaited
ev-referral-ACTIVE = active
ev-referral-ENDED = ended
ev-accesses = Turns to choose a place (accesses)
ev-accesses-caption = Accesses
ev-accesses-empty = The turn has not come yet.
ev-movements = States and groups
ev-movements-caption = States and groups
ev-movements-empty = Nothing has happened yet.
ev-stages = Stages of the service and their terms
ev-stages-caption = Stages
ev-stages-empty = No stage has been reached yet.
ev-result-DONE = done
ev-result-DEFERRED = joins later
ev-by-timer = a term that ended
ev-timer-REGISTRATION = the term for the documents ended
ev-timer-TEMPORARY_END = a temporary place ended
ev-timer-REFERRAL = the referral's term ended
ev-timer-STOP_LIST = the time on the stop list ended
ev-timer-ACCESS = the time to choose ended
ev-timer-JOINING = the day to join came
ev-timer-INTEREST = the yearly confirmation was due
ev-timer-AGE_LIMIT = 1 September: the age limit
ev-timer-RECALL = a recall that was kept ended
ev-timer-REMINDER = a reminder was due
ev-timer-OPENING = the opening
ev-timer-BULLETIN = the bulletin
ev-timer-WINDOW = the window for holders of access ended
ev-ids = Identifiers
ev-applicant = Applicant
ev-child = Child
ev-channel = Came by
ev-lapses = Referrals that lapsed and count
ev-made-by = Registered by record
ev-last-changed-by = Last changed by record
ev-where = { $organisation }, place { $place }

## Terms: what, what to do, what if not

ev-term-documents = Documents for the application
ev-term-documents-do = Show the documents to the provider of the service, or confirm them on the portal.
ev-term-documents-else = Otherwise the application is refused. A new one may be made, but with a new time of submission.
ev-term-presented = The documents were shown
ev-term-presented-do = Nothing has to be done. The provider answers, normally within 30 minutes.
ev-term-presented-else = A late answer costs nothing: the time of submission stays.
ev-term-deferred = Joins the queue later
ev-term-deferred-do = Nothing has to be done. The application joins the queue by itself after this day.
ev-term-deferred-else = The child has had a place out of turn before, so the rules make the application wait.
ev-term-stopped = On the stop list
ev-term-stopped-do = Nothing has to be done. After this day the application returns to its old place in the order by itself.
ev-term-stopped-else = Until then it can neither choose a place nor get one.
ev-term-access = It is the turn: choose a place
ev-term-access-do = { $places ->
    [0] Choose a place of the list on the portal or at the provider's office.
    [one] There was one place on the list. Choose it on the portal or at the provider's office.
   *[other] There were { $places } places on the list. Choose one on the portal or at the provider's office.
}
ev-term-access-else = If nothing is chosen, nothing is lost: the number stays, and the turn comes again.
ev-term-check = A place is reserved: show the documents
ev-term-check-do = Show the documents for this place to the provider of the service.
ev-term-check-else = Otherwise the referral lapses: the first time the application waits 10 working days and returns to its old place; the second time it leaves the queue. The referral may be cancelled within 24 hours of its issue without any loss.
ev-term-check-presented = A place is reserved: the documents were shown
ev-term-check-presented-do = Nothing has to be done. The provider answers.
ev-term-check-presented-else = A late answer costs nothing; if the provider is late, the referral may be cancelled at any time.
ev-term-early = A place is reserved that is not free yet
ev-term-early-do = Nothing has to be done. The term begins when the kindergarten reports the place free.
ev-term-early-else = Until then the referral may be cancelled at any time without loss. If the place is not free 30 days after its admission date, the referral ends and the application returns to its old place.
ev-term-admission = The referral is active: take the child to the kindergarten
ev-term-admission-do = Bring the documents to the kindergarten and have the child enrolled. Illness, treatment, a business trip or leave may extend the term once, by up to 30 days.
ev-term-admission-else = Otherwise the referral lapses: the first time the application waits 10 working days and returns to its old place; the second time it leaves the queue.

## What comes next

ev-next-REGISTERED = When the documents are confirmed, the application gets a number in the queue.
ev-next-DEFERRED = After this day it gets a number in the queue, by its time of submission.
ev-next-STOPPED = When the time on the stop list is over, it returns to its old place in the order.
ev-next-SUSPENDED = The authority has found a violation and has taken the application off the order. It returns to its old place when the authority restores it.
ev-next-REFUSED = Nothing follows. A new application may be made.
ev-next-ARCHIVED = Nothing follows in this queue.
ev-next-access = While the turn lasts, any place of the list may be chosen that nobody has taken yet.
ev-next-automatic = In this queue places are not chosen: a free place goes at once to the first application that it fits.
ev-next-opening = Free places are published every evening in the bulletin. The next morning the turn to choose comes to as many applications, in the order of the queue, as there are places that fit them.
ev-next-open = The number is among the first { $first }: any open place that fits may be chosen at any time, without waiting for the turn.
ev-next-not-open = Open places, which nobody chose in time, may be chosen by the first { $first } of the queue.
ev-next-stay = The child attends the temporary place { $place } meanwhile. The application keeps its number.
ev-next-interest = Once a year a message asks whether a place is still wanted. An answer within 30 days keeps the application.

## Why a number moved

ev-cause-queued-EXTRAORDINARY = { $count ->
    [one] An extraordinary application joined the queue
   *[other] { $count } extraordinary applications joined the queue
}
ev-cause-queued-PRIORITY = { $count ->
    [one] A priority application joined the queue and was moved into its place
   *[other] { $count } priority applications joined the queue and were moved into their places
}
ev-cause-queued-GENERAL = { $count ->
    [one] An application that was submitted earlier joined after its documents were confirmed
   *[other] { $count } applications that were submitted earlier joined after their documents were confirmed
}
ev-cause-served-EXTRAORDINARY = { $count ->
    [one] Somebody of the extraordinary group took a place
   *[other] { $count } of the extraordinary group took places
}
ev-cause-served-PRIORITY = { $count ->
    [one] Somebody of the priority group took a place
   *[other] { $count } of the priority group took places
}
ev-cause-served-GENERAL = { $count ->
    [one] Somebody of the general group took a place
   *[other] { $count } of the general group took places
}
ev-cause-returned = { $count ->
    [one] An application came back to its old place, because nothing came of its referral or its pause was over
   *[other] { $count } applications came back to their old places, because nothing came of their referrals or their pause was over
}
ev-cause-regrouped-EXTRAORDINARY = { $count ->
    [one] An application moved to the extraordinary group after a check of its papers
   *[other] { $count } applications moved to the extraordinary group after a check of their papers
}
ev-cause-regrouped-PRIORITY = { $count ->
    [one] An application moved to the priority group after a check of its papers
   *[other] { $count } applications moved to the priority group after a check of their papers
}
ev-cause-regrouped-GENERAL = { $count ->
    [one] An application moved to the general group after a check of its papers
   *[other] { $count } applications moved to the general group after a check of their papers
}
ev-cause-paused = { $count ->
    [one] An application was taken off the order for a while
   *[other] { $count } applications were taken off the order for a while
}
ev-cause-stopped = { $count ->
    [one] An application went on the stop list
   *[other] { $count } applications went on the stop list
}
ev-cause-suspended = { $count ->
    [one] An application was suspended
   *[other] { $count } applications were suspended
}
ev-cause-left = { $count ->
    [one] An application left the queue for good
   *[other] { $count } applications left the queue for good
}
ev-own-queued = This application joined the queue: { $group }
ev-own-regrouped = This application moved to another group: { $group }
ev-own-served = This application got a referral to a place
ev-own-returned = This application came back to its old place in the order
ev-own-paused = This application was taken off the order for a while
ev-own-stopped = This application went on the stop list
ev-own-suspended = This application was suspended
ev-own-left = This application left the queue

## A queue

ev-queue-lede = Who waits, how the queue moved, and its order as published.
ev-queue-length = Waiting
ev-queue-length-hint = Applications with a number in this queue.
ev-queue-access = May choose now
ev-queue-access-hint = It is their turn to choose a place.
ev-queue-referred = Place reserved
ev-queue-referred-hint = They have a referral and wait for admission.
ev-queue-offer = Places on offer
ev-queue-offer-hint = Free places that nobody has taken yet.
ev-queue-paused = { $count ->
    [one] One more application is taken off the order for a while.
   *[other] { $count } more applications are taken off the order for a while.
}
ev-composition = Of whom the queue consists
ev-composition-hint = Extraordinary applications stand first. Then one priority application follows after every three general ones.
ev-order = The order of the queue
ev-order-caption = The order as published
ev-order-empty = Nobody waits in this queue.
ev-find = Find an application by its id
ev-find-go = Find
ev-find-none = Application { $id } is not in the order of this queue. Check the id, or look in another queue.
ev-find-off = Application { $id } belongs to this queue, but is off the order for now (a place is reserved, or it is paused). It keeps its old place.
ev-find-number = Application { $id } has number { $number }.
ev-jump = Go to number
ev-jump-go = Go
ev-previous = Smaller numbers
ev-following = Larger numbers
ev-movement = How the queue moved
ev-movement-none = Nothing has moved in this queue yet.
ev-length-title = Waiting at the end of each week
ev-served-title = Referrals issued, week by week
ev-waiting = Waiting
ev-weeks-caption = The queue week by week
ev-weeks-empty = Nothing has moved in this queue yet.
ev-ratio = One to three, as it came out
ev-ratio-text = While both groups waited, { $general } general and { $priority } priority applications got a referral: { $ratio } to one. The rules say { $expected } to one over time.
ev-ratio-none = There has been no week in which general and priority applications waited together and a priority one got a referral.
ev-ratio-hint = Only referrals that were issued while both groups had somebody waiting count. A family that does not choose although its turn came shifts the ratio for a while; the queue makes up for it.
ev-offers = Places on offer
ev-offers-caption = Places on offer in this queue
ev-offers-empty = There is no free place in this queue now.
ev-offers-all = { $count ->
    [one] The one place on offer
   *[other] All { $count } places on offer
}

## Checking

ev-proof = How to check this
ev-proof-text = This page shows what the journal says up to record { $record }. Each record is chained to the one before it, so nothing can be changed or left out unnoticed. Whoever has the journal gets the same answer with this command:
