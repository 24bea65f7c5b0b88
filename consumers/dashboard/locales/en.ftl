### The words of the dashboard's frame in English. The same messages and variables in every language (a test compares).

site = kindergarten places
brand = Oryn
skip = To the content
doors = Main pages
languages = Languages
tongue-kk = ҚАЗ
tongue-ru = РУС
tongue-en = ENG
path = You are here
theme = Light or dark
door-about = About
door-login = Sign in
door-home = My page
door-quality = Quality
door-operations = Operations
door-looked = Who looked
door-account = Account
foot = Every figure here follows from the public journal of decisions, which anyone can verify.
foot-service = { $name }
to-start = To the first page
until = Data up to { $moment }.
yes = yes
no = no
length-minutes = { $value } min
length-hours = { $value } h
length-days = { $value } days

## The live channel

live-on = This page renews itself.
live-lost = The connection is lost. What you see may be out of date; trying again.
live-back = The connection is back.
live-away = The data are not available right now. What you see may be out of date.
live-renewed = Renewed.

## Tables and charts

table-empty = There is nothing here yet.
table-all = { $count ->
    [one] Show { $count } row
   *[other] Show all { $count } rows
}
table-whole = Show the whole list
table-of-page = The page of this table
rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
turn = Further rows
earlier-rows = Earlier rows
later-rows = Further rows
on-this-page = On this page
sort-by = Sort by
chart-table = The same as a table
column-locality = Code
column-name = Name
column-records = Decisions recorded
column-until = Data up to
column-bulletins = Bulletins

## About

about-title = About these pages
about-lede = Who waits for a place in a kindergarten, how the queue moves, and why: from the record of every decision.
about-numbers = Each number in a queue follows from the rules and from the published order alone. Whoever doubts it can follow every change of it, with its cause and the record that proves it.
about-public = Without signing in you see what the law publishes: queues, numbers, groups, times of submission and bulletins. Names, documents, benefits and addresses are never shown, for they are not in the record.
about-state = Where the data stand
about-records-hint = Each decision is one record of the journal. Nothing is decided outside it.
about-localities = Localities and the last decision that these pages know
about-empty = No decision has been recorded yet.

## What went wrong

error-400 = This address can't be understood
error-400-text = A part of the address is not what it should be. It may have been cut when it was copied.
error-403 = This page can't be opened
error-403-text = The form was too old, or it did not come from this site. Go back, load the page anew and try again.
error-404 = There is no such page
error-404-text = Nothing is kept under this address, or it is not meant for you. Please check the address; if you expected something here, sign in with the right account.
error-405 = That can't be done here
error-405-text = This page can be read, but nothing can be sent to it.
error-429 = Too many attempts
error-429-text = There were many attempts in a short time. Please wait a quarter of an hour and try again.
error-500 = Something went wrong
error-500-text = It is our mistake, not yours. It was noted; please try again in a moment.
error-503 = The data are not available right now
error-503-text = The site itself works, but what it reads from does not answer or is being renewed. Nothing is lost. Please try again in a minute.

## Signing in

login-title = Sign in
login-lede = For parents with an application, kindergartens, departments, the ministry and auditors.
login-name = Name
login-password = Password
login-enter = Sign in
login-provider = Sign in with your organisation's account
login-with = Sign in with { $name }
login-local = With a local account
login-none = No way to sign in has been set up here yet. What is public can be read without it.
login-public = Queues and bulletins can be read without signing in.
login-wrong = The name or the password is not right. Capital and small letters count.
login-refused = The provider did not confirm who you are. Please try again.
login-no-role = You were recognised, but you have no access here, or it is not clear to what. Please ask whoever manages the accounts of your organisation.
account-title = Your account
account-role = Role
account-scope = For
account-leave = Sign out
account-leave-everywhere = Sign out everywhere
account-everywhere = "Everywhere" ends this account's sessions in all browsers. Do this when you have forgotten to sign out elsewhere.
role-applicant = Applicant
role-organisation = Kindergarten
role-locality = Education department of a locality
role-region = Education department of a region
role-nation = Ministry
role-auditor = Auditor
mine-title = Your applications
mine-lede = Choose an application to see its number, how it moved and what happens next.
mine-since = submitted on { $day }
mine-empty = There is no application of yours here yet.

## Who looked

looked-title = Who looked
looked-lede = Every opening of a page that is not public: which account, as what, which page, when.
looked-account = Account
looked-about = Application, place or kindergarten (id)
looked-find = Show
looked-all = Show all
looked-at = When
looked-page = Page
looked-part = List or file
looked-subject = About
looked-looks = Pages that were opened
looked-accounts = Who opened how many in the last { $days } days
looked-accounts-newest = Who opened how many: the newest { $count } pages that were opened
looked-looks-count = Pages opened
looked-subjects-count = Different applications, places, kindergartens
looked-lists-count = Of these lists and files
looked-last = Last
looked-empty = Nobody has looked.
looked-not-kept = This dashboard does not keep who looked.
looked-count = { $count ->
    [one] { $count } page was opened
   *[other] { $count } pages were opened
}, by { $accounts ->
    [one] { $accounts } account
   *[other] { $accounts } accounts
}; kept since { $since }
looked-count-more = More than { $count } pages were opened; kept since { $since }
looked-about-rows = The same account at the same page is noted once a minute. What is noted: the account's id, never a name; the page, never what was on it. A page that can't be noted is not shown. What is public, and a family's own application, is looked at unnoted.
looked-page-nation = Nation
looked-page-quality = Quality of the service
looked-page-operations = Operations
looked-page-looked = Who looked
looked-page-region = Region
looked-page-region-quality = Quality in a region
looked-page-locality = Locality
looked-page-locality-quality = Quality in a locality
looked-page-bulletins = Bulletins
looked-page-bulletin = Bulletin
looked-page-queue = Queue
looked-page-organisation = Kindergarten
looked-page-place = Place
looked-page-application = Application
looked-page-record = Record of the journal
