### The words of the pages.

brand = Oryn
site = Places in kindergartens
skip = Skip to the content
languages = Languages
path = You are here
footer = Published without personal data: an application has a number here, and no names. This page tracks nobody.
publisher = Published by { $name }.
welcome = Daily bulletins of released kindergarten places, and the current order of the queues.
enter = Read in English
localities = Localities
locality-about = A bulletin comes out every day. It lists the places released and recalled since the one before.
newest = Newest bulletin
bulletin-of = Bulletin No. { $number } of { $day }
released = Places released
recalled = Recalled
open-bulletin = Open the bulletin
paper = For printing (PDF)
orders = Current order of the queues
feed = News feed (Atom)
feed-title = Bulletins: { $place }
feed-summary = Places released: { $released }. Recalled: { $recalled }.
all-bulletins = All bulletins
recent-bulletins = Recent bulletins
bulletins-count = { $count ->
    [one] { $count } bulletin in all. Choose a month:
   *[other] { $count } bulletins in all. Choose a month:
}
by-month = Months
ledger-file = List of all bulletins (CSV)
day = Date
number = Number
files = Files
file-of = { $kind }, bulletin No. { $number }
queue = Queue
group = Group
admission = Admission
places-heading = Places and when they were released
attendance = days of attendance: { $from } – { $until }
recalled-places = Recalled places
recalled-caption = { $count ->
    [one] { $count } place recalled
   *[other] { $count } places recalled
}
place = Place
when = When
reason = Reason
issued = Issued on { $moment }
organisations = Organisations
empty-bulletin = No place was released or recalled since the bulletin before.
table-file = Table (CSV)
data-file = Data to verify (JSON)
by-organisation = By organisation
released-places = Released places
continued = (continued)
proof = How to verify
proof-about = Each bulletin holds the hash of the one before: none can be changed, taken out or put in unnoticed. Keep a hash, and you will see later whether anything was changed. It is computed from the JSON file; an auditor who has the journal checks everything with this command.
hash = Hash of this bulletin (SHA-256)
previous-hash = Hash of the bulletin before
record = Journal record
record-of = record { $record } of the journal of locality { $code }
command = Command
neighbours = Neighbouring bulletins
page-of = page { $page } of { $pages }
pages = Pages
page-before = Page before
page-after = Next page
contents = Contents
as-of = As of journal record { $record }, { $moment }
orders-about = Of each queue the number, group, time of submission and status of every application are published, and nothing else.
queues-caption = Queues of this locality
in-order = In the order
off-order = Off it for now
changed = Changed
no-queues = There are no queues yet.
queues-file = List of queues (CSV)
order-about = The number is the order in which places are given. It changes by the published rules only, and every change has a record in the journal.
find = Find an application
order-file = The whole queue (CSV)
jump = Jump to a number
order-caption = Numbers { $first }–{ $last } of { $total }
nobody = Nobody stands in this queue.
off-order-heading = Off the order for now
off-order-about = These applications have no number now: they have a referral or are paused. When they return, they take their old place.
off-caption = { $count ->
    [one] { $count } application
   *[other] { $count } applications
}
application = Application
order-group = Group
submitted = Submitted
status = Status
find-about = Applications stand in the alphabetical order of their ids. Choose the part that yours is in.
find-other = Another part
find-caption = By application id. The number leads to the application's place in the queue.
