### The words of `oryn why` in English. Every message stands in all languages with the same variables (a test).

## Frame

moment = { $day }, { $time }
records = { $count ->
    [one] record { $list }
   *[other] records { $list }
}
records-more = records { $list } and { $more } more, the last { $last }
column-when = When
column-number = Number
column-what = What happened
column-application = Application
column-group = Group
column-access = Access
heading-now = Where it stands now, and what comes next
heading-state-at = As of { $moment }
yes = yes
chosen = got the place
order-eligible = { $eligible ->
    [one] Eligible: { $eligible } application of { $waiting } waiting; with access: { $access }. In queue order:
   *[other] Eligible: { $eligible } applications of { $waiting } waiting; with access: { $access }. In queue order:
}
order-none = Nobody of { $waiting } waiting was eligible.
order-waiting = Waiting: { $waiting }; with access: { $access }. In queue order:
order-more = … and { $count } more
title-application = Application { $id }{ $queue ->
    [none] {""}
   *[other] , queue { $queue }
}, locality { $locality }
title-place = Place { $id }{ $queue ->
    [none] {""}
   *[other] , queue { $queue }
}, locality { $locality }
title-queue = Queue { $id }, locality { $locality }
title-organisation = Organisation { $id }, locality { $locality }
nothing-yet = Nothing is known of it at this moment.

## Errors

error-unknown = No record of this journal names { $id }.
error-hint = Did you mean: { $ids }?
error-ambiguous = { $id } names several things. Say which one with --locality or --kind:
error-candidate = --kind { $kind } --locality { $locality }
error-broken = The journal contradicts itself: { $problem }. Check it with: oryn verify { $journal }
error-file = The journal { $journal } can't be read: { $problem }
error-time = { $text } is not a time: expected ISO 8601, for example 2021-06-12T09:14+06:00 or 2021-06-12
progress = Reading the journal

## Facts

fact-Rejected = Rejected: { $event }{ $about ->
    [none] {""}
   *[other] {" "}({ $about })
}. Reason: { $reason }.
fact-Duplicate = The same event came again; it was decided by record { $sequence } and has no second effect.
fact-OrganisationChanged = Organisation { $organisation } was registered or updated: “{ $name }”, { $ownership }, { $kind }.
fact-OrganisationClosed = Organisation { $organisation } closed.
fact-LocalActAdopted = Local act { $number } of { $date } was adopted, in force from { $in-force-from }.
fact-PlaceReleased = Organisation { $organisation } released place { $place }.
fact-PlaceReturned = Place { $place } was released again: { $cause }.
fact-PlaceRecalled = Place { $place } was recalled: { $reason }.
fact-RecallKept = A recall of place { $place } came before its release and is kept until { $until }: { $reason }.
fact-RecallExpired = The kept recall of place { $place } expired.
fact-PlaceEnded = Temporary place { $place } reached its end date.
fact-PlaceVacated = Place { $place } was vacated.
fact-PlaceFilled = Place { $place } was filled: the child is enrolled.
fact-BulletinIssued = Published in bulletin No. { $number } of { $date }.
fact-PlacePrioritised = Place { $place } may be chosen by the holders of access until { $until }.
fact-PlaceOpened = The window of place { $place } has ended: it is open to the first { $first } of the queue.
fact-AccessGranted = The turn came: access to choose a place until { $until }; { $places ->
    [one] { $places } place
   *[other] { $places } places
} on the list.
fact-AccessLapsed = Access ran out unused; the application keeps its place in the order.
fact-AccessRevoked = Access was revoked.
fact-AccessUsed = A place was chosen with the access.
fact-ApplicationRegistered = Registered; applied on { $submitted-at }. Documents are to be shown by { $documents-until }.
fact-ApplicationDeferred = Documents confirmed; it joins the queue after { $until }.
fact-ApplicationQueued = Documents confirmed: in the queue with number { $number }, group “{ $group }”, number in the group { $number-in-group }.
fact-ApplicationRefused = The application was refused: { $reason }.{ $missing ->
    [none] {""}
   *[other] {" "}Missing: { $missing }.
}
fact-ApplicationRegrouped = Moved from the group “{ $from }” to the group “{ $to }” at its original submission time.
fact-ApplicationArchived = Archived: { $reason }.
fact-ApplicationStopped = On the stop list until { $until }.
fact-ApplicationSuspended = Suspended by the authority: { $reason }.
fact-BenefitsChanged = The provider checked the benefits.
fact-StayEnded = The stay on temporary place { $place } ended (application { $application }): { $cause }.
fact-ApplicationReturned = Back at its old place in the order, number { $number }: { $cause }.
fact-ReferralIssued = Referral No. { $referral } was issued: application { $application }, place { $place }, from number { $number } ({ $how }).{ $documents-until ->
    [none] {""}
   *[other] {" "}Documents are to be shown by { $documents-until }.
}
fact-DocumentsPresented = Documents were shown; the provider answers by { $provider-until }.
fact-ReferralActivated = The referral of application { $application } to place { $place } is active{ $until ->
    [none] ; its term begins when the place is vacated.
   *[other] {" "}until { $until }.
}
fact-ReferralExtended = The referral of application { $application } to place { $place } was extended until { $until }: { $reason }.
fact-ReferralEnded = Referral No. { $referral } ended (application { $application }, place { $place }): { $cause }.{ $reason ->
    [none] {""}
   *[other] {" "}The reason given: { $reason }.
}
fact-InterestConfirmed = Interest was confirmed for another year.
fact-ReminderDue = A reminder was sent: { $of } ends on { $until }.
fact-ApplicantLinked = The application moved to the child's other legal representative.
fact-ChildLeft = The child left place { $place } (application { $application }).
note-migration = It was taken over from an older queue with its submission time.
note-private-only = The child was enrolled out of turn before: only places of private organisations are offered.
opening-granted = An opening gave access to applications of the queue.
access-granted = Access was given to applications of the queue.
place-organisation = Organisation { $organisation } “{ $name }”
place-terms = Birth year { $years }, ages { $from }–{ $to }, language: { $language }; { $group }, { $regime }; { $admission }, admission from { $start }{ $end ->
    [none] {""}
   *[other] {" "}to { $end }
}.

## What others did to the number

change-queued-EXTRAORDINARY = { $count ->
    [one] { $count } extraordinary application was confirmed
   *[other] { $count } extraordinary applications were confirmed
}
change-queued-PRIORITY = { $count ->
    [one] { $count } priority application was confirmed
   *[other] { $count } priority applications were confirmed
}
change-queued-GENERAL = { $count ->
    [one] { $count } general application submitted earlier was confirmed
   *[other] { $count } general applications submitted earlier were confirmed
}
change-served-EXTRAORDINARY = { $count ->
    [one] { $count } extraordinary application got a referral
   *[other] { $count } extraordinary applications got a referral
}
change-served-PRIORITY = { $count ->
    [one] { $count } priority application got a referral
   *[other] { $count } priority applications got a referral
}
change-served-GENERAL = { $count ->
    [one] { $count } general application got a referral
   *[other] { $count } general applications got a referral
}
change-returned = { $count ->
    [one] { $count } application returned to its old place in the order
   *[other] { $count } applications returned to their old places in the order
}
change-regrouped = { $count ->
    [one] { $count } application moved to the group “{ $group }”
   *[other] { $count } applications moved to the group “{ $group }”
}
change-stopped = { $count ->
    [one] { $count } application went on the stop list
   *[other] { $count } applications went on the stop list
}
change-suspended = { $count ->
    [one] { $count } application was suspended
   *[other] { $count } applications were suspended
}
change-archived = { $count ->
    [one] { $count } application was archived: { $reason }
   *[other] { $count } applications were archived: { $reason }
}

## Where it stands, and what comes next

now-registered = Registered; it is not in the order yet.
next-registered = The applicant shows the documents by { $until }, or the application is refused.
now-presented = The documents were shown; it is not in the order yet.
next-presented = The provider answers by { $until }. A late answer costs the applicant nothing.
now-refused = Refused: { $reason }.
next-refused = Nothing follows; a new application may be made.
now-deferred = Confirmed, but not in the order yet.
next-deferred = It joins the queue after { $until }.
now-queued = In the queue with number { $number } of { $size }; group “{ $group }”, { $in-group } of { $group-size }.
now-access = It is its turn: a place may be chosen until { $until }; { $places ->
    [one] { $places } place was
   *[other] { $places } places were
} on the list.
next-access = If no place is chosen by { $until }, access lapses without penalty and the number stays.
next-opening = The next opening is on { $opening }; access is given there, in queue order, for as many applications as there are places.
next-immediate = Access is given in queue order as soon as a place is there.
next-automatic = A place released in this queue goes at once to the first eligible application as a referral.
next-open = It is among the first { $first } and may choose any open place at any time.
next-not-open = Open places may be chosen by the first { $first } of the queue only.
now-referral-documents = A place is reserved: { $place }.
next-referral-documents = The applicant shows the documents for place { $place } by { $until }, or the referral lapses.
now-referral-presented = The documents for place { $place } were shown.
next-referral-presented = The provider answers for place { $place } by { $until }; if it is late, the referral may be cancelled at any time.
now-referral-active = The referral to place { $place } is active until { $until }.
next-referral-active = The organisation enrols the child on place { $place } by { $until }, or the referral lapses.
now-referral-early = The referral to place { $place } is active; the place is not vacated yet.
next-referral-early = The term begins when place { $place } is vacated; if that has not happened by { $until }, the referral ends without penalty.
now-stay = The child attends temporary place { $place }; the application keeps its position.
next-stay = The stay on place { $place } lasts until its end date or until a regular place is found.
now-interest = Interest in a place is to be confirmed by { $until }.
next-interest = Without an answer by { $until } the application is archived; while it is referred it is not.
next-interest-due = Interest is to be confirmed once a year: a reminder follows on { $day }, if it was not confirmed anew before.
now-stopped = On the stop list until { $until }.
next-stopped = After { $until } it returns to its old place in the order.
now-suspended = Suspended by the authority; it is off the order.
next-suspended = It returns to its old place when the authority restores it.
now-archived = Archived: { $reason }.
next-archived = Nothing follows in this queue.
looks-left-out = { $count ->
    [one] The order at { $count } further moment is left out.
   *[other] The orders at { $count } further moments are left out.
}
stage-RELEASED = The place is released and waits for the next bulletin.
stage-LISTED = The place is in the bulletin and waits for the next opening.
stage-PRIORITY = The place may be chosen by the holders of access until { $until }.
stage-PRIORITY-over = The window ended on { $until }; the place opens at the next opening, if it is not needed for a live access.
stage-OPEN = The place is open to the first of the queue.
stage-REFERRED = The place is reserved for application { $application }.{ $until ->
    [none] {""}
   *[other] {" "}The term runs until { $until }.
}
stage-FILLED = Application { $application } got the place: the child is enrolled.
stage-RECALLED = The place is recalled: { $reason }.
stage-ENDED = The temporary place has ended.
stage-name-RELEASED = released
stage-name-LISTED = in the bulletin
stage-name-PRIORITY = for the holders of access
stage-name-OPEN = open
stage-name-REFERRED = reserved
stage-name-FILLED = filled
stage-name-RECALLED = recalled
stage-name-ENDED = ended
count-places = Places, { $stage }: { $count }
count-waiting = Applications waiting: { $count }
count-group = Group “{ $group }”: { $count }
count-access = With access: { $count }

## Groups, places, organisations

group-EXTRAORDINARY = extraordinary
group-PRIORITY = priority
group-GENERAL = general
how-CHOICE = chosen with access
how-OPEN_CHOICE = chosen while open
how-AUTOMATIC = given in the order of applications
of-ACCESS = the access
of-REFERRAL = the referral's term
of-INTEREST = the time to confirm interest
group-type-GENERAL_DEVELOPMENTAL = general group
group-type-SPECIAL = special group
group-type-SANATORIUM = sanatorium group
regime-FULL_DAY = full day
regime-HALF_DAY = half day
regime-ROUND_THE_CLOCK = round the clock
admission-REGULAR = regular place
admission-EARLY = early place, not vacated yet
admission-TEMPORARY = temporary place
ownership-STATE = state
ownership-PRIVATE = private
organisation-kind-GENERAL = general kindergarten
organisation-kind-SPECIAL = special organisation
organisation-kind-SANATORIUM = sanatorium organisation
extension-ILLNESS = illness
extension-TREATMENT = treatment
extension-BUSINESS_TRIP = a business trip
extension-LEAVE = leave

## Reasons and causes

refusal-INCOMPLETE_PACKAGE = the package of documents is incomplete
refusal-UNTRUE_DOCUMENTS = the documents are not true
refusal-REQUIREMENTS_NOT_MET = the requirements are not met
refusal-NO_CONSENT = consent to the use of personal data is missing
refusal-NOT_SHOWN_IN_TIME = the documents were not shown in time
archive-WITHDRAWN = withdrawn by the applicant
archive-ENROLLED = the child is enrolled
archive-ENROLLED_ELSEWHERE = the child is enrolled elsewhere
archive-AGE_LIMIT = the child has reached the age of 6
archive-INTEREST_NOT_CONFIRMED = interest was not confirmed
archive-SECOND_LAPSE = a referral lapsed for the second time
archive-ORGANISATION_CLOSED = the organisation closed
end-CANCELLED = the applicant cancelled the referral
end-LAPSED = the referral's term ran out
end-RECALLED = the place was recalled
end-REFUSED = the organisation refused admission
end-BENEFIT_NOT_CONFIRMED = the benefit was not confirmed
end-DOCUMENTS_REFUSED = the documents were refused
end-WITHDRAWN = the applicant withdrew the application
end-SUSPENDED = the application was suspended
end-ENROLLED = the child was enrolled
end-SERVED_REGULAR = the child got a regular place
end-TEMPORARY_ENDED = the temporary place reached its end date
end-NOT_VACATED = the place was not vacated in time
end-STOP_LIST_ENDED = the term on the stop list ended
end-RESTORED = the authority restored the application
stay-TEMPORARY_ENDED = the temporary place reached its end date
stay-RECALLED = the place was recalled
stay-SERVED_REGULAR = the child got a regular place
stay-LEFT = the child left
recall-MAJOR_REPAIR = major repair
recall-QUARANTINE = quarantine
recall-STATE_ORDER_CANCELLED = the state order was cancelled
recall-CLOSURE = the organisation closes
recall-PUBLISHED_BY_MISTAKE = published by mistake
recall-PUPIL_RETURNED = the pupil came back
reason-UNKNOWN_ORGANISATION = the organisation is not known in this locality
reason-UNKNOWN_PLACE = the place is not known in this locality
reason-UNKNOWN_APPLICATION = the application is not known in this locality
reason-NOT_YOURS = it belongs to somebody else
reason-ORGANISATION_CLOSED = the organisation is closed
reason-CONFLICTING_PLACE = the place's id was used for other content
reason-CONFLICTING_APPLICATION = the application's id was used for other content
reason-BAD_DATE = the date is impossible
reason-BAD_TIME = the time is impossible
reason-DUPLICATE_APPLICATION = the child already stands in this queue
reason-PLACE_FILLED = the place is filled
reason-PLACE_TAKEN = somebody else was given the place first
reason-ON_STOP_LIST = the application is on the stop list or suspended
reason-NOT_QUEUED = the application is not in the order
reason-NO_REFERRAL = there is no such referral
reason-NOT_ACTIVE = the referral is not active yet
reason-ALREADY_EXTENDED = the referral was extended before
reason-WRONG_STATE = this is not possible in the present state
reason-TOO_LATE = the time for it is over
reason-NO_ACCESS = the application has no access
reason-SPECIAL_NEEDS_NOT_CONFIRMED = special needs are not confirmed, so the child may not stand in queues of different kinds
reason-TOO_OLD = the child is 6 or older
reason-TOO_MANY_REGISTRATIONS = too many registrations in this locality
reason-NOT_ELIGIBLE = the child may not have this place
reason-PROMISED = the place is promised to those before in the order
reason-OUTSIDE_FIRST_1000 = the queue number is above { $first }

## Events

event-OrganisationRegistered = registration of an organisation
event-LocalActAdopted = a local act
event-OrganisationClosed = closure of an organisation
event-PlaceReleased = release of a place
event-PlaceVacated = report that a place was vacated
event-PlaceRecalled = recall of a place
event-ApplicationSubmitted = submission of an application
event-DocumentsPresented = showing of documents
event-DocumentsConfirmed = confirmation of documents
event-DocumentsRefused = refusal of documents
event-BenefitsChanged = change of benefits
event-InterestConfirmed = confirmation of interest
event-ApplicationWithdrawn = withdrawal of an application
event-ApplicantLinked = move to another representative
event-ApplicationSuspended = suspension of an application
event-ApplicationRestored = restoration of an application
event-PlacesChosen = choice of a place
event-ReferralDocumentsConfirmed = confirmation of documents for a referral
event-ReferralDocumentsRefused = refusal of documents for a referral
event-ReferralCancelled = cancellation of a referral
event-ReferralExtended = extension of a referral
event-ChildEnrolled = enrolment of a child
event-AdmissionRefused = refusal of admission
event-ChildLeft = report that a child left
event-ClockTick = a clock tick
