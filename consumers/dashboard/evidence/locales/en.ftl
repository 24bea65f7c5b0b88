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
ev-status-temporary = A temporary place is reserved for it. It keeps its number meanwhile.
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
ev-channel-OFFICE = the provider's office
ev-channel-STATE_CORPORATION = the state corporation
ev-channel-PORTAL = the portal
ev-channel-MOBILE = a mobile application
ev-channel-PROACTIVE = a proactive service
ev-channel-BIRTH_REGISTRATION = the registration of the birth
ev-channel-MIGRATION = taken over from an older queue
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
ev-next-sign-in = Deadlines, and the place that may be kept for it, are shown to the family only.
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
ev-phase-priority = { $count ->
    [one] Right now a priority application stands right behind the extraordinary ones: general ones were served before it while its turn passed, and the queue makes up for it.
   *[other] Right now { $count } priority applications stand together right behind the extraordinary ones: general ones were served while those before them let their turn pass, and the queue makes up for it.
}
ev-phase-general = { $count ->
    [one] Right now one general application comes before the next priority one.
   *[other] Right now { $count } general applications come before the next priority one: more priority ones than usual were served before, and the queue makes up for it.
}
ev-order = The order of the queue
ev-order-caption = The order as published
ev-order-empty = Nobody waits in this queue.
ev-find = Find an application, like a-1234…
ev-find-go = Find
ev-find-none = Application { $id } is not in the order of this queue. Check what you typed, or look in another queue.
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

## A place

ev-column-since = Since
ev-column-length = How long
ev-column-activated = Active since
ev-column-bulletin = Bulletin No.
ev-column-part = Part
ev-column-access = Access
ev-column-served = Got it
ev-place-title = Place { $id }
ev-place-lede = The life of a place: offered, reserved, filled, and who was eligible.
ev-place-born = birth year { $year }
ev-place-idle = Without a child
ev-place-idle-hint = From the release until a child was there, or until now.
ev-place-offered = Of it on offer
ev-place-offered-hint = Nobody had reserved the place.
ev-place-returns = Came back
ev-place-returns-hint = So often a reservation came to nothing and the place was offered anew.
ev-place-holder = The place is reserved for, or was given to, application
ev-life = Its life, stage by stage
ev-life-caption = Stages of the place
ev-place-referrals = Whom it was reserved for
ev-place-referrals-caption = Referrals to this place
ev-place-referrals-empty = It has not been reserved for anybody yet.
ev-bulletins = Where it was published
ev-bulletins-caption = Bulletins that name this place
ev-bulletins-empty = No bulletin has named it yet.
ev-part-RELEASED = released places
ev-part-RECALLED = recalled places
ev-match = Its match run: who was eligible, and in which order
ev-match-lede = At each opening and at each choice, the journal shows who was eligible for this place, in the order of the queue, and who had access. Applications are named by their ids only.
ev-match-computing = The run is being recounted from the journal. It appears here in some seconds.
ev-match-failed = The run could not be recounted just now, for the journal can't be read. It is tried again in a minute.
ev-match-order = Eligible: { $eligible } of { $waiting } waiting; with access: { $access }
ev-match-rows = Who was eligible, in the order of the queue
ev-match-served = got the place
ev-match-more = { $count ->
    [one] One more was eligible.
   *[other] { $count } more were eligible.
}
ev-match-later = { $count ->
    [one] One later moment is in the files.
   *[other] { $count } later moments are in the files.
}
ev-match-through = Recounted from the journal up to record { $record }.
ev-run-caption = The match run of this place
ev-run-empty = Nobody has been eligible at an opening or a choice yet.

## A kindergarten

ev-column-todo = What to do
ev-column-days-late = Days late
ev-column-places-count = Places
ev-column-length-all = All together
ev-column-length-each = For each place
ev-column-queue = Queue
ev-column-waits = Waits for a child
ev-column-place-returns = Came back
ev-column-recall = Recalled for
ev-organisation-lede = Places, referrals and what is asked of the kindergarten now.
ev-closed = Closed since { $moment }.
ev-stage-choosing = Families may choose it
ev-org-active = Children to enrol
ev-org-active-hint = Active referrals that wait for the enrolment.
ev-org-offer = Places on offer
ev-org-offer-hint = Free places that nobody has taken yet.
ev-org-filled = Places filled
ev-org-filled-hint = Given to a child.
ev-org-idle = Without a child
ev-org-idle-hint = All its places together, from the release until a child was there.
ev-org-refused = Refused admissions
ev-org-refused-hint = Children with a referral who were not admitted.
ev-org-recalled = Recalled places
ev-org-recalled-hint = Released and then taken back.
ev-asked = What is asked of it now
ev-asked-enrol = Children to enrol
ev-asked-caption = Active referrals, the nearest term first
ev-asked-empty = Nobody waits for an enrolment.
ev-asked-overdue = Early places that are not reported free
ev-overdue-caption = Early places whose admission date has passed
ev-overdue-empty = No early place is overdue.
ev-asked-rejections = What it sent and could not be done
ev-rejections-caption = Rejected events, the newest first
ev-rejections-empty = Nothing of what it sent was rejected.
ev-idle = How long its places stood without a child
ev-idle-caption = Time before a child was there, by stage
ev-idle-empty = It has released no place yet.
ev-places = Its places
ev-places-caption = Places, those that wait for a child first
ev-places-empty = It has released no place yet.
ev-organisation-referrals = Referrals to its places
ev-organisation-referrals-caption = Referrals, the newest first
ev-organisation-referrals-empty = There has been no referral to its places yet.
ev-only-active = A referral appears here when it becomes active.
ev-todo-enrol = Enrol the child, or refuse with a reason, before the term ends.
ev-todo-vacate = Report that the place is free, or recall it with a reason.
ev-todo-UNKNOWN_ORGANISATION = Register the kindergarten in this locality first, then send it again.
ev-todo-ORGANISATION_CLOSED = The kindergarten is closed: nothing can be done.
ev-todo-UNKNOWN_PLACE = Check the id of the place.
ev-todo-UNKNOWN_APPLICATION = Check the id of the application.
ev-todo-NOT_YOURS = Check the id: this belongs to another kindergarten.
ev-todo-CONFLICTING_PLACE = Use a new id for the new place.
ev-todo-BAD_DATE = Correct the dates and send it again.
ev-todo-BAD_TIME = Correct the time and send it again.
ev-todo-NO_REFERRAL = The referral is not there any more: admit only children with a live referral.
ev-todo-NOT_ACTIVE = Wait until the referral is active, then send it again.
ev-todo-PLACE_FILLED = A filled place can't be recalled: release a new one when the child has left.
ev-todo-WRONG_STATE = Look at the place's page: this does not fit its present stage.
ev-todo-other = Read the details; if they don't help, ask the department.

## A record

ev-column-from-state = State before
ev-column-to-state = State after
ev-column-from-group = Group before
ev-column-to-group = Group after
ev-column-timer = Timer
ev-column-access-until = May choose until
ev-column-window-until = For holders of access until
ev-column-referral-state = State
ev-column-documents-until = Documents until
ev-column-access-state = Access
ev-column-name = Name
ev-column-ownership = Ownership
ev-column-organisation-kind = Kind
ev-column-recalled = Recalled
ev-column-rejection = Why not
ev-column-service-stage = Stage of the service
ev-column-result = Outcome
ev-record-title = Record { $record }
ev-record-lede = What this one decision of the journal did.
ev-record-at = Decided
ev-record-at-none = No register holds the time of this record: it changed no row. The journal has it.
ev-record-cause = Because of
ev-record-event = An event that somebody sent.
ev-record-timer = A moment that came.
ev-record-cause-none = The rows do not name the cause. The journal has it.
ev-record-rows = Rows made or changed
ev-record-rows-hint = In all registers together.
ev-record-turn = Records before and after
ev-record-previous = Previous record
ev-record-next = Next record
ev-record-empty = This record changed nothing in the registers: a reminder, papers that were shown, a local act, a repeated event, or a moment that passed.
ev-record-movements = Applications that moved
ev-record-applications = Applications as they stood after it
ev-record-places = Places as they stood after it
ev-record-referrals = Referrals as they stood after it
ev-record-accesses = Accesses that began or ended
ev-record-organisations = Kindergartens
ev-record-bulletins = Bulletin
ev-record-rejections = Rejected
ev-record-stages = Stages of the service
ev-record-proof = The first command shows the record whole, as it stands in the journal, with its hash and that of the record before it. The second checks that no record of the journal was changed, left out or put in.
