### The words of the pages for ministry, region, locality, and of the public start. The same messages and variables in
### every language (a test compares).

## Figures: what each is called, and what it means

figure-waiting = Applications waiting
hint-waiting = They stand in the order of a queue now: documents confirmed, no referral yet. A child may stand in several queues.
figure-waiting-time = Wait for a referral
hint-waiting-time = The median: of those who got a referral, half had waited less since submission and half longer. It says nothing of those who still wait.
figure-on-offer = Places on offer
hint-on-offer = Released and free now: before a bulletin, in one, for the holders of access, or open. Not referred, not filled.
figure-idle = Open places left over
hint-idle = The time of those with access is over and nobody chose: now the first 1000 of the queue may.
figure-late = Checked late by the provider
hint-late = Answers on documents that came later than allowed: 30 minutes at the registration, the next working day at a referral. It costs the applicant nothing.
figure-referrals-today = Referrals today
hint-referrals-today = Places reserved for one child each, chosen or given in the order of the queue.
figure-enrolled-today = Enrolled today
hint-enrolled-today = Enrolments that kindergartens have reported.
figure-released-today = Released today
hint-released-today = New places that kindergartens have offered. Places that came back are not counted again.
figure-with-access = May choose now
hint-with-access = Applications whose turn has come: they may choose a place until their deadline.
figure-filling-time = From release to enrolment
hint-filling-time = The median of places that were filled: how long each stood without a child since its release.
figure-early-overdue = Early places overdue
hint-early-overdue = The date on which they should have been vacated has passed, and the kindergarten has not reported it.
figure-recalled-after-referral = Recalled after a referral
hint-recalled-after-referral = A family already had a referral when the kindergarten took the place back. The family returned to its old place in the order.
figure-admission-refused = Admissions refused
hint-admission-refused = The kindergarten refused a child that had an active referral.
figure-passive-heads = Turns let pass again
hint-passive-heads = The second or a later time that an application let its access lapse. By the law it keeps its place.
figure-rejected = Events rejected
hint-rejected = Messages of kindergartens, departments and portals that had no effect, each with its reason.
figure-definition = How it is counted
figure-list = The records behind it
figure-what = What this means
unit-waiting = applications
unit-waiting-time = median
unit-on-offer = places
unit-idle = places
unit-late = checks
unit-referrals-today = referrals
unit-enrolled-today = children
unit-released-today = places
unit-with-access = applications
unit-filling-time = median
unit-early-overdue = places
unit-recalled-after-referral = places
unit-admission-refused = referrals
unit-passive-heads = lapsed accesses
unit-rejected = events
since-now = { $unit }, now
since-day = { $unit }, { $day }
since-days = { $unit }, { $first } – { $last }
provisional = provisional: this time still goes on
final = final
figure-nothing = nothing yet
of-which-late = { $late } of { $all } ({ $share })
definitions = What the figures mean
definitions-about = Each figure by its formula, the paragraph of the rules that it follows, and what it does not tell.

## Charts

flow-released = Places released
flow-referred = Referrals
flow-enrolled = Children enrolled
flow-queued = Joined the queue
flow-waiting = Applications waiting
flow-today = Hour by hour: { $day }
flow-today-about = Local time. The last hour still goes on.
flow-today-empty = Nothing was released, referred or enrolled on this day so far.
flow-weeks = The last weeks
flow-weeks-about = The week begins on the day below; the last one still goes on.
flow-weeks-empty = There is no history yet.
flow-week-of = Week of { $day }
flow-hour = Hour
flow-week = Week from
history-away = History is missing for now: the indicators are being counted. What holds now is shown from the registers.
flow-day = Today
flow-by-week = Week by week
compared-few = A median of fewer than { $count } cases is not shown here: it would say nothing of a place.
start-localities = { $count ->
    [one] locality
   *[other] localities
}

## What needs attention

attention = What needs attention
attention-about = The highest figures in words. Being named is a reason to look, not a verdict.
attention-none = Nothing stands out: no late check, no place left over, no refusal in these days.
attention-waiting = Most applications wait in
attention-waiting-time = Longest wait for a referral, median of the last 7 days
attention-idle = Most open places left over
attention-late = Most documents checked late in the last 7 days
attention-recalled-after-referral = Places recalled after a referral in the last 7 days
attention-admission-refused = Admissions refused in the last 7 days
attention-early-overdue = Early places not vacated in time
attention-passive-heads = Turns let pass again in the last 7 days
attention-whole = together { $value }
attention-whole-waiting-time = everywhere: { $value }

## Nation and region

nation-crumb = Kazakhstan
nation-title = Kindergarten places in Kazakhstan
nation-lead = Who waits, where and how long; which places stand free; who is late.
nation-headline = Now and today
nation-map = { $figure }, by region
nation-map-choose = Colour the map by
nation-map-none = none or unknown
nation-map-from = from { $from }
nation-table = The regions in figures
nation-region = Region
nation-localities = Localities
nation-empty = No locality has a journal yet.
region-lead = The localities of the region: who waits and how long, which places stand free, who is late.
region-table = The localities in figures
region-locality = Locality
region-empty = No locality of this region has a journal yet.
region-sort = Sort by { $column }
region-more = The first { $shown } of { $total } localities.
late-title = Who is late with checks
late-empty = Nobody was late with a check in the last 7 days.
quality-link = Quality of the service
trend-down = { $value } fewer than a week ago
trend-up = { $value } more than a week ago
trend-same = as many as a week ago
until-locality = Up to record { $record } of the journal

## Locality

locality-lead = Everything that is decided here stands in the locality's journal; these figures are counted from it.
locality-queues = Queues
locality-queues-about = The number of general applications served since a priority one was due tells whose turn is next: after three general ones comes a priority one.
locality-queues-empty = There are no queues yet: nobody has a confirmed application here.
locality-queues-more = The first { $shown } of { $total } queues.
locality-queue = Queue
locality-waiting = Waiting
locality-extraordinary = Extraordinary
locality-priority = Priority
locality-general = General
locality-phase = Phase
locality-access = May choose
locality-off = Off it for now
locality-offer = Places on offer
locality-bulletin = Bulletin
locality-bulletin-today = Today's bulletin
locality-bulletin-none = Today's bulletin has not come out yet.
locality-bulletin-line = { $released ->
    [0] No places were released
    [one] { $released } place released
   *[other] { $released } places released
}, { $recalled ->
    [0] none recalled
    [one] { $recalled } recalled
   *[other] { $recalled } recalled
}.
locality-next-bulletin = Next bulletin
locality-next-opening = Next opening of places
locality-next-about = By the times of the last ones; a local act may change them.
locality-stages = Places by stage
locality-stages-empty = No places were released here yet.
locality-stage-places = Places
locality-stage-time = Median time in this stage
locality-organisations = Kindergartens
locality-organisations-about = Places and referrals now. Idle hours: how long the free places have stood on offer, together.
locality-organisations-empty = No kindergarten is registered here yet.
locality-organisations-more = The first { $shown } of { $total } kindergartens.
locality-organisation = Kindergarten
locality-released = Released
locality-referred = Referred
locality-filled = Filled
locality-recalled = Recalled
locality-recalls-after = Recalled after a referral
locality-refused = Admissions refused
locality-overdue = Early, overdue
locality-idle-hours = Idle hours
locality-closed = closed
locality-rejections = What was rejected, by sender
locality-rejections-about = An event that breaks a rule has no effect; its sender is told why. Letters that nobody could read are counted apart.
locality-rejections-empty = Nothing was rejected.
locality-sender = Sender
locality-rejected = Rejected
locality-rejected-why = Reason
locality-rejected-times = Times
locality-rejected-last = Last
locality-dead = Letters that could not be read
locality-dead-empty = Every letter could be read.
locality-dead-unknown = Whether every letter could be read is not known: the indicators can’t be had now.
locality-dead-topic = Topic
locality-dead-cause = Cause
locality-ratio = One to three, as it came out
locality-ratio-about = While both waited, one priority application is served after every three general ones. Counted only where both waited.
locality-ratio-empty = In these weeks nobody was served while both groups waited.
locality-ratio-line = { $general } general and { $priority } priority served while both waited: 1 to { $ratio }.
locality-ratio-none = { $general } general and { $priority } priority served while both waited.
locality-passive = Who lets turns pass
locality-passive-about = Applications that let their access lapse more than once and still wait. Each keeps its place by the law.
locality-passive-empty = Nobody has let a turn pass more than once.
locality-passive-line = { $count ->
    [one] { $count } waiting application let its turn pass
   *[other] { $count } waiting applications let their turns pass
} more than once; the most often { $most } times.
locality-early = Early places
locality-early-empty = No early place is overdue.
locality-early-line = { $count ->
    [one] { $count } place should have been vacated
   *[other] { $count } places should have been vacated
} and was not reported; the oldest since { $day }.
locality-quality = Quality of the service here

## Public page of a locality, and the start

public-locality-lead = How many wait in each queue, and which places were released. Published without names.
public-locality-about = A queue holds the children of one birth year. Places are given in its order; the bulletin lists every released place at the time below.
public-locality-search = Find an application in these queues
public-locality-choose = These may choose a place now
start-title = Kindergarten places: my number in the queue
start-lead = See where an application stands, how its number moved, and why.
start-search = Number of the application, or a locality
start-search-hint = For example a-ffd3ee67c225f809, 710000000 or Astana
start-search-do = Find
start-search-nothing = Nothing was found for “{ $text }”. Compare it with the message you got: the number of the application stands in it.
start-search-localities = Localities found
start-regions = Find your locality
start-regions-about = Choose the region; then the locality and the queue.
start-region-empty = No locality of this region is here yet.
start-what = What is the queue?
start-what-text = Children who were born in the same year and live in the same locality stand in one queue, in the order in which their parents applied. The law puts some families first: they stand before others or are merged in, one after every three.
start-moves = How does my number move?
start-moves-better = It gets smaller when somebody before you takes a place or leaves the queue.
start-moves-worse = It can get larger when somebody who applied earlier than you joins after showing documents, comes back after a cancelled referral, or has a right to stand before you.
start-moves-proof = Every change has its record in a journal that nobody can alter unnoticed; the page of an application shows each one.
start-turn = When is it my turn?
start-turn-text = At 18:00 the bulletin lists the places released that day. At 07:00 next morning the first in the queue are told that they may choose, for three working days. Who lets it pass keeps the number.
start-officials = For officials
start-officials-nation = The nation in figures

## Bulletins

bulletins-title = Bulletins: { $place }
bulletins-crumb = Bulletins
bulletins-lead = Each day at the same time: the places released and recalled since the bulletin before.
bulletins-empty = No bulletin has come out here yet.
bulletins-caption = Bulletins, the newest first
bulletins-older = Older
bulletins-newer = Newer
bulletins-number = No.
bulletins-day = Date
bulletins-issued = Issued
bulletins-released = Released
bulletins-recalled = Recalled
bulletins-hash = Hash
bulletin-page-title = Bulletin No. { $number } of { $day }
bulletin-page-lead = Issued { $moment } in { $place }.
bulletin-page-released = Places released
bulletin-page-released-empty = No places were released.
bulletin-page-recalled = Places recalled
bulletin-page-recalled-empty = No places were recalled.
bulletin-page-more = The first { $shown } of { $total } places.
bulletin-page-previous = Bulletin before
bulletin-page-next = Next bulletin
bulletin-page-hash = Hash of this bulletin (SHA-256)
bulletin-page-previous-hash = Hash of the bulletin before
bulletin-page-first = There is none: this is the first bulletin.
bulletin-page-record = Journal record
bulletin-page-proof = The hash covers everything in the bulletin and the hash of the one before: nothing can be changed, taken out or put in unnoticed.
bulletin-page-public = The public page of this bulletin
bulletin-page-place = Place
bulletin-page-organisation = Kindergarten
bulletin-page-queue = Queue
bulletin-page-released-at = Released
bulletin-page-ages = Age
bulletin-page-language = Language
bulletin-page-group = Group
bulletin-page-regime = Regime
bulletin-page-admission = Admission
bulletin-page-dates = Admits
bulletin-page-attendance = Days of attendance
bulletin-page-recalled-at = Recalled
bulletin-page-reason = Reason
bulletin-page-by-year = By birth year

## Quality

quality-title = Quality of the service: { $place }
quality-crumb = Quality
quality-lead = The table of the 2012 standard: what is required, what is aimed at next year, and what the journal says now.
quality-about = Only what the journal can know is measured here. What it can't know (how people were treated, what they found easy) needs a survey.
quality-empty = Nothing has been measured yet.
quality-caption = Indicators of quality and accessibility
quality-indicator = Indicator
quality-normative = Normative value
quality-target = Target of next year
quality-current = Current value
quality-basis = Counted from
quality-basis-of = { $numerator } of { $denominator }
quality-met = Target
quality-met-yes = reached
quality-met-no = not reached
quality-met-unknown = nothing to measure yet
quality-source = Source

## Lists of records

list-waiting = Applications waiting
list-on-offer = Places on offer
list-idle = Open places left over
list-places = Places
list-released = Places released
list-recalled = Places recalled
list-early-overdue = Early places not vacated in time
list-referred = Referrals issued
list-cancelled = Referrals cancelled by applicants
list-lapsed = Referrals lapsed
list-admission-refused = Admissions refused
list-recalled-after-referral = Referrals ended by a recall
list-enrolled = Children enrolled
list-granted = Accesses granted
list-access-ended = Accesses ended
list-with-access = Applications that may choose now
list-registered = Applications registered
list-queued = Applications that joined a queue
list-refused = Applications refused
list-archived = Applications archived
list-late = Stages of the service that were late
list-checked-late = Papers that were checked late
list-passive-heads = Applications that let their turn pass more than once
list-repeated-cancellations = Applications that cancelled more than once
list-rejections = Events rejected
list-window = { $list }: { $first } – { $last }
list-empty = No record fits: nothing of this kind happened in this time.
listed-locality = Locality
listed-application = Application
listed-place = Place
listed-organisation = Kindergarten
listed-queue = Queue
listed-group = Group
listed-record = Record
listed-referral = Referral No.
listed-number = Number served
listed-how = How
listed-issued = Issued
listed-documents-until = Documents until
listed-ended = Ended
listed-cause = Cause
listed-said = In its own words
listed-granted = Granted
listed-until = Until
listed-places-listed = Places on the list
listed-access-state = Access
listed-stage = Stage
listed-admission = Admission
listed-admission-from = Admits from
listed-released = Released
listed-offered = On offer since
listed-idle = Hours on offer
listed-recall-reason = Why recalled
listed-at = When
listed-from-state = From
listed-to-state = To
listed-reason = Reason
listed-submitted = Submitted
listed-access-until = May choose until
listed-service-stage = Stage of the service
listed-bound = Whose term
listed-due = Due
listed-late-by = Hours late
listed-lapsed-times = Times
listed-last-lapsed = Last
listed-state = State
listed-cancelled-times = Times
listed-source = Sender
listed-event = Event
listed-rejection = Reason
listed-detail = Detail

## Words of the rule book

Stage-RELEASED = released
Stage-LISTED = in the bulletin
Stage-PRIORITY = for the holders of access
Stage-OPEN = open
Stage-REFERRED = reserved
Stage-FILLED = filled
Stage-RECALLED = recalled
Stage-ENDED = ended
State-REGISTERED = registered
State-DEFERRED = joins later
State-QUEUED = in the queue
State-REFERRED = has a referral
State-STOPPED = on the stop list
State-SUSPENDED = suspended
State-REFUSED = refused
State-ARCHIVED = archived
AccessState-LIVE = may choose
AccessState-USED = used
AccessState-LAPSED = lapsed
AccessState-REVOKED = revoked
ServiceStage-SUBMITTED = submission
ServiceStage-PRESENTED = documents shown
ServiceStage-CONFIRMED = documents confirmed
ServiceStage-REFUSED = refusal
ServiceStage-QUEUED = joining the queue
ServiceStage-ACCESS = access
ServiceStage-REFERRAL = referral
ServiceStage-ACTIVE = referral active
ServiceStage-ENDED = end of the referral
ServiceStage-ARCHIVED = archive
Bound-APPLICANT = the applicant's
Bound-PROVIDER = the provider's
Bound-ORGANISATION = the kindergarten's
Rejection-UNKNOWN_ORGANISATION = the organisation is not known in this locality
Rejection-UNKNOWN_PLACE = the place is not known in this locality
Rejection-UNKNOWN_APPLICATION = the application is not known in this locality
Rejection-NOT_YOURS = it belongs to somebody else
Rejection-ORGANISATION_CLOSED = the organisation is closed
Rejection-CONFLICTING_PLACE = the place's id was used for other content
Rejection-CONFLICTING_APPLICATION = the application's id was used for other content
Rejection-BAD_DATE = the date is impossible
Rejection-BAD_TIME = the time is impossible
Rejection-DUPLICATE_APPLICATION = the child already stands in this queue
Rejection-PLACE_FILLED = the place is filled
Rejection-PLACE_TAKEN = somebody else was given the place first
Rejection-ON_STOP_LIST = the application is on the stop list or suspended
Rejection-NOT_QUEUED = the application is not in the order
Rejection-NO_REFERRAL = there is no such referral
Rejection-NOT_ACTIVE = the referral is not active yet
Rejection-ALREADY_EXTENDED = the referral was extended before
Rejection-WRONG_STATE = this is not possible in the present state
Rejection-TOO_LATE = the time for it is over
Rejection-NO_ACCESS = the application has no access
Rejection-SPECIAL_NEEDS_NOT_CONFIRMED = special needs are not confirmed, so the child may not stand in queues of different kinds
Rejection-TOO_OLD = the child is 6 or older
Rejection-TOO_MANY_REGISTRATIONS = too many registrations in this locality
Rejection-NOT_ELIGIBLE = the child may not have this place
Rejection-PROMISED = the place is promised to those before in the order
Rejection-OUTSIDE_FIRST_1000 = the queue number is too high for open places
ArchiveReason-WITHDRAWN = withdrawn by the applicant
ArchiveReason-ENROLLED = the child is enrolled
ArchiveReason-ENROLLED_ELSEWHERE = the child is enrolled elsewhere
ArchiveReason-AGE_LIMIT = the child has reached the age of 6
ArchiveReason-INTEREST_NOT_CONFIRMED = interest was not confirmed
ArchiveReason-SECOND_LAPSE = a referral lapsed for the second time
ArchiveReason-ORGANISATION_CLOSED = the organisation closed
EndCause-CANCELLED = the applicant cancelled the referral
EndCause-LAPSED = the referral's term ran out
EndCause-RECALLED = the place was recalled
EndCause-REFUSED = the organisation refused admission
EndCause-BENEFIT_NOT_CONFIRMED = the benefit was not confirmed
EndCause-DOCUMENTS_REFUSED = the documents were refused
EndCause-WITHDRAWN = the applicant withdrew the application
EndCause-SUSPENDED = the application was suspended
EndCause-ENROLLED = the child was enrolled
EndCause-SERVED_REGULAR = the child got a regular place
EndCause-TEMPORARY_ENDED = the temporary place reached its end date
EndCause-NOT_VACATED = the place was not vacated in time
EndCause-STOP_LIST_ENDED = the term on the stop list ended
EndCause-RESTORED = the authority restored the application
RefusalReason-INCOMPLETE_PACKAGE = the package of documents is incomplete
RefusalReason-UNTRUE_DOCUMENTS = the documents are not true
RefusalReason-REQUIREMENTS_NOT_MET = the requirements are not met
RefusalReason-NO_CONSENT = consent to the use of personal data is missing
RefusalReason-NOT_SHOWN_IN_TIME = the documents were not shown in time
How-CHOICE = chosen with access
How-OPEN_CHOICE = chosen while open
How-AUTOMATIC = given in the order of applications
Ownership-STATE = state
Ownership-PRIVATE = private
OrganisationKind-GENERAL = general kindergarten
OrganisationKind-SPECIAL = special organisation
OrganisationKind-SANATORIUM = sanatorium organisation
EventType-OrganisationRegistered = registration of an organisation
EventType-LocalActAdopted = a local act
EventType-OrganisationClosed = closure of an organisation
EventType-PlaceReleased = release of a place
EventType-PlaceVacated = report that a place was vacated
EventType-PlaceRecalled = recall of a place
EventType-ApplicationSubmitted = submission of an application
EventType-DocumentsPresented = showing of documents
EventType-DocumentsConfirmed = confirmation of documents
EventType-DocumentsRefused = refusal of documents
EventType-BenefitsChanged = change of benefits
EventType-InterestConfirmed = confirmation of interest
EventType-ApplicationWithdrawn = withdrawal of an application
EventType-ApplicantLinked = move to another representative
EventType-ApplicationSuspended = suspension of an application
EventType-ApplicationRestored = restoration of an application
EventType-PlacesChosen = choice of a place
EventType-ReferralDocumentsConfirmed = confirmation of documents for a referral
EventType-ReferralDocumentsRefused = refusal of documents for a referral
EventType-ReferralCancelled = cancellation of a referral
EventType-ReferralExtended = extension of a referral
EventType-ChildEnrolled = enrolment of a child
EventType-AdmissionRefused = refusal of admission
EventType-ChildLeft = report that a child left

## Rows of the quality table, and what the definitions say

quality-group = Group
quality-row-papers_checked_in_time = Documents of a registration checked within 30 minutes
quality-row-second_checks_in_time = Documents of a referral checked by the end of the next working day
quality-row-messages_in_time = Messages that reached the applicant in time
quality-row-places_published_rightly = Places published without a mistake
quality-row-referrals_kept = Referrals that no recall took away
quality-row-admissions_granted = Children admitted, of those whose admission was decided
quality-row-satisfied_with_service = Applicants satisfied with the quality of the service
quality-row-papers_accepted = Applications accepted the first time they were checked
quality-row-applied_electronically = Applications made electronically
quality-row-satisfied_with_information = Applicants satisfied with the information on how to apply
quality-row-information_online = Services whose information is online
quality-row-justified_complaints = Justified complaints, of all applicants served
quality-row-complaints_in_time = Justified complaints considered and met in time
quality-row-satisfied_with_appeals = Applicants satisfied with the way to appeal
quality-row-satisfied_with_manners = Applicants satisfied with how they were treated
QualityGroup-TIMELINESS = Timeliness
QualityGroup-QUALITY = Quality
QualityGroup-ACCESSIBILITY = Accessibility
QualityGroup-APPEALS = Appeals
QualityGroup-COURTESY = Courtesy
QualityOrigin-STATED = stated by the authority
QualityOrigin-NOT_IN_THE_LOG = the journal can't know; needs a survey
definitions-name = Figure
definitions-indicators = Made of indicators
start-crumb = Start
