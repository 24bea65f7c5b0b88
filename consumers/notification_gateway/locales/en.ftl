### Messages to people in English. The same messages and variables as in the other languages (a test compares).
### The message of a KIND has a subject, a text and a short form (SMS). A branch [none]: there is no such value.
### Words of refusals, events and groups are shared with the command `oryn why` (consumers/history/locales).

## Layout

day-pattern = EEEE, d MMMM y
short-day-pattern = dd.MM.y
moment = { $time } on { $day }
greeting = Hello,
footer = Times are local. This message was sent automatically; you need not answer it. If you have questions, please ask the education department.
label-application = Application
label-queue = Queue
label-referral = Referral
number-sign = no.
label-place = Place
label-organisation = Organisation
label-missing = Missing
label-event-id = Event id
label-source = Source
label-remark = Details
label-message = Message
queue-general = general queue, children born in { $year }
queue-special = queue of the special organisation { $organisation }, children born in { $year }{ $profile ->
    [none] {""}
   *[other] , profile: { $profile }
}
queue-sanatorium = queue of the sanatorium organisation { $organisation }, children born in { $year }{ $profile ->
    [none] {""}
   *[other] , profile: { $profile }
}

## Sentences of several messages

# R5.5, R7.1: the numbers are those of the rule pack. There is no message about open places, so none is promised.
open-places = Places that nobody chose in time become open: in the general queue, anybody with a number up to 1000 may choose one that suits. No message is sent about open places: please ask where you applied, or look at the public bulletins.
# R6.6: only referrals to chosen places count for the archive.
if-lapsed = The application is then on the stop list for 10 working days and gets no referrals in that time. If a referral to a place that you chose yourself lapses for the second time, the application goes to the archive.
number-changes = The number can still go down and up; that is not a mistake.

## Application

REGISTERED =
    .subject = Your application is registered: please show your documents
    .text =
        Your application is registered.

        What to do: please show your documents by { $deadline }. You can do so where you applied, or at the education department.

        If they are not shown by then, the application will be refused. You can then apply again, but your place in the queue will go by the time of the new application.

        Once you have shown them, the terms bind only the provider: if its answer is late, that costs you nothing.
    .short = Application { $application } is registered. Please show your documents by { $deadline-short }, or it will be refused.
QUEUED =
    .subject = Documents confirmed: your queue number is { $number }
    .text =
        Your documents are confirmed and your application stands in the queue.

        Queue number: { $number }. Group: “{ $group }”, number inside the group: { $in-group }.

        There is nothing to do now: we will tell you when your turn comes. The number can go down and up (for example, when the documents of people who applied earlier are confirmed); that is not a mistake.

        { open-places }

        Once a year you will have to confirm that you still need a place: we will remind you.
    .short = Documents confirmed. Application { $application }: queue number { $number }, group “{ $group }”, number { $in-group } in it.
REFUSED =
    .subject = Your application was refused
    .text =
        We are sorry: your application was refused. Reason: { $why }.{ $missing ->
            [none] {""}
           *[other] {" "}What is missing is listed below.
        }

        What to do: please put the cause right and apply again. Your place in the queue will go by the time of the new application. If you do not agree, please turn to the education department.
    .short = Application { $application } was refused: { $why }. You can apply again.
REGROUPED =
    .subject = Your group in the queue has changed
    .text =
        Your application moved from the group “{ $from }” to the group “{ $group }”. Its submission time stays the same.{ $why ->
            [none] {""}
           *[other] {" "}Reason: { $why }.
        }

        { $number ->
            [none] The application does not stand in the order at present. We will tell you its number when it returns.
           *[other] Your queue number is now { $number }. { number-changes }
        }

        There is nothing to do. If you do not agree, please turn to the education department.
    .short = Application { $application }: your group in the queue is now “{ $group }”{ $number ->
        [none] {""}
       *[other] , number { $number }
    }.
SUSPENDED =
    .subject = Your application is suspended
    .text =
        The authority has suspended your application.{ $detail ->
            [none] {""}
           *[other] {" "}It gave this reason: “{ $detail }”.
        }{ $referral ->
            [none] {""}
           *[other] {" "}Referral no. { $referral } has ended by this.
        }

        While it is suspended, it is offered no places. When it is restored, it goes back to its old place in the queue, and we will tell you.

        What to do: please turn to the education department to learn the cause and put it right.
    .short = Application { $application } is suspended by the authority. Please turn to the education department.
RESTORED =
    .subject = Your application is restored
    .text =
        The authority has restored your application.{ $number ->
            [none] {""}
           *[other] {" "}It is back at its old place in the queue, number { $number }. { number-changes }
        }{ $deadline ->
            [none] {""}
           *[other] {" "}It stays on the stop list until { $deadline }; then it goes back to its old place in the queue, and we will tell you its number.
        }

        There is nothing to do.
    .short = Application { $application } is restored{ $number ->
        [none] {""}
       *[other] , queue number { $number }
    }{ $deadline-short ->
        [none] {""}
       *[other] ; on the stop list until { $deadline-short }
    }.
RETURNED =
    .subject = Your application is back in the queue, number { $number }
    .text =
        Your application stands in the queue again. Number: { $number }. Reason: { $why }. { number-changes }

        There is nothing to do: we will tell you when your turn comes.

        { open-places }
    .short = Application { $application } is back in the queue, number { $number }: { $why }.
ARCHIVED =
    .subject = { $reason ->
        [ENROLLED] Your child is enrolled
       *[other] Your application went to the archive
    }
    .text = { $archived }
    .short = { $reason ->
        [ENROLLED] Congratulations, your child is enrolled! Application { $application } is closed.
       *[other] Application { $application } went to the archive: { $why }.
    }
INTEREST_DUE =
    .subject = Do you still need a place? Please confirm by { $deadline-short }
    .text =
        Once a year we ask whether you still need a kindergarten place.

        What to do: if you need it, please confirm that by { $deadline }, where you applied or at the education department.

        If it is not confirmed by then, the application goes to the archive and loses its place in the queue. It is not archived while it has a referral.
    .short = Do you still need a place? Please confirm application { $application } by { $deadline-short }, or it goes to the archive.

## Choosing a place

TURN_CAME =
    .subject = Your turn has come: please choose a place by { $deadline-short }
    .text =
        Your turn has come: you can choose a place now. There { $places ->
            [one] is { $places } place
           *[other] are { $places } places
        } on the list.

        What to do: please choose a place by { $deadline }, where you applied or at the education department.

        If you do not choose one by then, the right to choose ends without consequences: your application keeps its place in the queue.

        { open-places }
    .short = Your turn has come! Application { $application }: please choose a place by { $deadline-short }. { $places ->
        [one] { $places } place is
       *[other] { $places } places are
    } on the list.
ACCESS_ENDING =
    .subject = Reminder: please choose a place by { $deadline-short }
    .text =
        A reminder: the time in which you can choose a place will soon be over.

        What to do: please choose a place by { $deadline }, where you applied or at the education department.

        If you do not choose one by then, the right to choose ends without consequences: your application keeps its place in the queue.

        { open-places }
    .short = Reminder: please choose a place for application { $application } by { $deadline-short }. Then the right to choose ends.
ACCESS_LAPSED =
    .subject = The time to choose a place is over
    .text =
        No place was chosen in time, and the right to choose has ended. There are no consequences: your application keeps its place in the queue. { number-changes }

        There is nothing to do: we will tell you when your turn comes again.

        { open-places }
    .short = The time to choose a place for application { $application } is over. It keeps its place in the queue. Open places: see the bulletins.
ACCESS_REVOKED =
    .subject = You cannot choose a place at present
    .text =
        We are sorry: the right to choose a place has ended early. That happens when a place on the list is recalled, or when something changes about the application itself; a separate message tells you of the latter.

        If your application is still in the queue, it keeps its place there, and we will tell you when your turn comes again. There is nothing to do.

        { open-places }
    .short = The right to choose a place for application { $application } has ended early. It does not lose its place in the queue by this.

## Referral

REFERRAL_ISSUED =
    .subject = Referral no. { $referral } is issued
    .text =
        You have been given referral no. { $referral }: a place is reserved for your child. Your queue number was { $number }.

        { $until ->
            [none] {""}
           *[other] The place is temporary; its last day is { $until }. Your application stays in the queue for a lasting place.
        }

        { $replaces ->
            [none] {""}
           *[other] The earlier referral no. { $replaces } to a temporary place ends by this.
        }

        { $deadline ->
            [none] You need not show your documents again. A separate message says by when your child has to be enrolled.
           *[other] What to do: please show your documents by { $deadline }, where you applied or at the education department.

                If they are not shown by then, the referral lapses. { if-lapsed }
        }

        You can cancel the referral without consequences within 24 hours of its issue. Issued: { $at }.
    .short = Referral no. { $referral } for application { $application }.{ $deadline-short ->
        [none] {" "}A separate message says by when to enrol.
       *[other] {" "}Please show your documents by { $deadline-short }, or it lapses.
    } You can cancel within 24 hours.
REFERRAL_ACTIVE =
    .subject = Referral no. { $referral } is active
    .text = { $term ->
        [ADMISSION] Referral no. { $referral } is active, and the organisation can see it.

            What to do: please turn to the organisation and have your child enrolled by { $deadline }.

            If your child is not enrolled by then, the referral lapses. { if-lapsed }

            For illness, treatment, a business trip or leave, the term can be extended once, by at most 30 calendar days. Please ask for it before the term is over.
        [VACATING] Referral no. { $referral } is active, but the place is not vacated yet.

            There is nothing to do for now. The term for enrolment begins when the place is vacated, and we will tell you. Until then you can cancel the referral at any time.

            If the place is not vacated by { $deadline }, the referral ends without consequences, and the application goes back to its old place in the queue.
       *[none] Referral no. { $referral } is active. The term for enrolment begins when the place is vacated, and we will tell you. There is nothing to do for now.
    }
    .short = Referral no. { $referral } (application { $application }) is active.{ $term ->
        [ADMISSION] {" "}Please have your child enrolled by { $deadline-short }.
        [VACATING] {" "}The place is not vacated yet; we will tell you the term.
       *[none] {" "}We will tell you the term.
    }
REFERRAL_ENDING =
    .subject = Reminder: referral no. { $referral }, term until { $deadline-short }
    .text = { $term ->
        [DOCUMENTS] A reminder: the term of referral no. { $referral } will soon be over.

            What to do: please show your documents by { $deadline }, where you applied or at the education department.

            If they are not shown by then, the referral lapses. { if-lapsed }
       *[ADMISSION] A reminder: the term of referral no. { $referral } will soon be over.

            What to do: please turn to the organisation and have your child enrolled by { $deadline }.

            If your child is not enrolled by then, the referral lapses. { if-lapsed }

            For illness, treatment, a business trip or leave, the term can be extended before it is over, if it was not extended before.
    }
    .short = Reminder: referral no. { $referral } (application { $application }). Please { $term ->
        [DOCUMENTS] show your documents
       *[ADMISSION] have your child enrolled
    } by { $deadline-short }, or it lapses (stop list).
REFERRAL_EXTENDED =
    .subject = Referral no. { $referral } is extended until { $deadline-short }
    .text =
        Referral no. { $referral } is extended until { $deadline }. Reason: { $why }.

        What to do: please turn to the organisation and have your child enrolled by then.

        If your child is not enrolled, the referral lapses: it cannot be extended again. { if-lapsed }
    .short = Referral no. { $referral } (application { $application }) is extended. Please have your child enrolled by { $deadline-short }.
REFERRAL_CANCELLED =
    .subject = Referral no. { $referral } is cancelled
    .text =
        Referral no. { $referral } is cancelled, as you asked. Your application keeps its place in the queue.

        There is nothing to do: we will tell you when your turn comes again.

        { open-places }
    .short = Referral no. { $referral } (application { $application }) is cancelled. The place in the queue is kept.
REFERRAL_LAPSED =
    .subject = Referral no. { $referral } has lapsed
    .text =
        The term of referral no. { $referral } is over, and it has lapsed. The place will be offered to others.

        A separate message tells you what happens to your application.
    .short = The term of referral no. { $referral } (application { $application }) is over, it has lapsed. A separate message says more.
REFERRAL_VOIDED =
    .subject = Referral no. { $referral } is no longer valid: the place was recalled
    .text =
        We are sorry: the place was recalled, and referral no. { $referral } is no longer valid. This is not your fault: your application keeps its place in the queue.

        There is nothing to do: we will tell you when your turn comes again.

        { open-places }
    .short = The place was recalled; referral no. { $referral } (application { $application }) is not valid. The place in the queue is kept.
REFERRAL_REFUSED =
    .subject = The organisation refused admission on referral no. { $referral }
    .text =
        We are sorry: the organisation refused admission on referral no. { $referral }.{ $detail ->
            [none] {""}
           *[other] {" "}It gave this reason: “{ $detail }”.
        }

        The referral has ended, and your application keeps its place in the queue. We will tell you when your turn comes again.

        { open-places }

        If you do not agree, please turn to the education department: it sees each refusal.
    .short = The organisation refused admission on referral no. { $referral } (application { $application }). The place in the queue is kept.
STOPPED =
    .subject = Your application is on the stop list until { $deadline-short }
    .text =
        Your application is on the stop list until { $deadline }: it gets no referrals before then.{ $why ->
            [none] {""}
           *[other] {" "}Reason: { $why }.
        }{ $detail ->
            [none] {""}
           *[other] {" "}The provider noted: “{ $detail }”.
        }

        There is nothing to do: it then goes back to its old place in the queue by itself, and we will tell you its number.{ $reason ->
            [LAPSED] {" "}But if a referral to a place that you chose yourself lapses for the second time, the application goes to the archive.
            [DOCUMENTS_REFUSED] {" "}For your next referral, please have your documents ready.
           *[none] {""}
        }
    .short = Application { $application } is on the stop list until { $deadline-short }, then it goes back to its old place in the queue.

## To organisations

ORGANISATION_REFERRAL_ACTIVE =
    .subject = Referral no. { $referral } to your place { $place } is active
    .text = { $term ->
        [ADMISSION] A child is referred to you: referral no. { $referral } is active until { $deadline }.

            What to do: by then, please enrol the child and report it, or refuse admission and give the reason.

            If you do neither, the referral lapses and the place will be offered to others.
        [VACATING] A child is referred to a place of yours that is not vacated yet: referral no. { $referral } is active.

            What to do: please report it as soon as the place is vacated, by { $deadline } at the latest. The term for enrolment begins then.

            If the place is not vacated by then, the referral ends.
       *[none] A child is referred to you: referral no. { $referral } is active. The term for enrolment begins when you report that the place is vacated.
    }
    .short = Referral no. { $referral } to place { $place } is active. { $term ->
        [ADMISSION] Please enrol the child by { $deadline-short }.
        [VACATING] Please report when the place is vacated, by { $deadline-short }.
       *[none] Please report when the place is vacated.
    }
ORGANISATION_REFERRAL_ENDED =
    .subject = Referral no. { $referral } to your place { $place } has ended
    .text =
        Referral no. { $referral } has ended.

        If the child was enrolled by it, this only confirms that. If not, it can no longer be enrolled by it.

        There is nothing to do.
    .short = Referral no. { $referral } to place { $place } has ended. If the child was not enrolled, it can no longer be enrolled by it.
ORGANISATION_EVENT_REJECTED =
    .subject = Not accepted: { $event }
    .text =
        What you reported was not accepted and changed nothing: { $event }. Reason: { $why }.

        What to do: please correct the data and send it again, under a new id. If you do not agree, please turn to the education department.
    .short = Not accepted: { $event }{ $place ->
        [none] {""}
       *[other] {" "}({ $place })
    }. Reason: { $why }.

## Why the application is in the archive

archived-WITHDRAWN =
    You withdrew your application, and it went to the archive.{ $referral ->
        [none] {""}
       *[other] {" "}Referral no. { $referral } has ended by this.
    }

    There is nothing to do. You can apply again later; your place in the queue will go by the time of that application.
archived-ENROLLED =
    Congratulations: your child is enrolled! The queue is over for this application, and it went to the archive.

    There is nothing more to do.
archived-ENROLLED_ELSEWHERE =
    Your child was enrolled through another application, so this one went to the archive.

    There is nothing to do.
archived-AGE_LIMIT =
    Your child has reached the age of 6 by 1 September, so the application went to the archive: kindergarten places are not allocated from that age on.

    If you think that this is a mistake, please turn to the education department.
archived-INTEREST_NOT_CONFIRMED =
    We asked whether you still need a place and got no confirmation in time. So the application went to the archive.

    If you still need a place, please apply again. Your place in the queue will go by the time of the new application.
archived-SECOND_LAPSE =
    A referral lapsed for the second time, so the application went to the archive.

    If you still need a place, please apply again. Your place in the queue will go by the time of the new application.
archived-ORGANISATION_CLOSED =
    The organisation that this application waited for is closed. Its queue exists no more, and the application went to the archive. This is not your fault.

    What to do: if you still need a place, please apply to another organisation. The education department can tell you which.

## Reasons as the applicant is told them

archive-WITHDRAWN = you withdrew it
archive-ENROLLED = your child is enrolled
archive-ENROLLED_ELSEWHERE = your child was enrolled through another application
archive-AGE_LIMIT = your child has reached the age of 6 by 1 September
archive-INTEREST_NOT_CONFIRMED = it was not confirmed that you still need a place
archive-SECOND_LAPSE = a referral lapsed for the second time
archive-ORGANISATION_CLOSED = the organisation is closed
end-CANCELLED = you cancelled the referral
end-LAPSED = the term of the referral is over
end-RECALLED = the place was recalled
end-REFUSED = the organisation refused admission
end-BENEFIT_NOT_CONFIRMED = the benefit was not confirmed when it was checked
end-DOCUMENTS_REFUSED = the documents were not accepted when they were checked
end-WITHDRAWN = you withdrew the application
end-SUSPENDED = the application was suspended
end-ENROLLED = your child is enrolled
end-SERVED_REGULAR = your child got a lasting place
end-TEMPORARY_ENDED = the term of the temporary place is over
end-NOT_VACATED = the place was not vacated in time
end-STOP_LIST_ENDED = the time on the stop list is over
end-RESTORED = the authority restored the application
reason-OUTSIDE_FIRST_1000 = the queue number is too high for open places
