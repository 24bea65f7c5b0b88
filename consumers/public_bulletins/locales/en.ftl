### The words of the public pages in English. The same messages and variables in every language (a test compares).

language = English
moment = { $day }, { $time }
none = –

## Words

Admission-REGULAR = regular place
Admission-EARLY = not vacated yet (early choice)
Admission-TEMPORARY = temporary place
GroupType-GENERAL_DEVELOPMENTAL = general developmental group
GroupType-SPECIAL = special group
GroupType-SANATORIUM = sanatorium group
Regime-FULL_DAY = full day
Regime-HALF_DAY = half day
Regime-ROUND_THE_CLOCK = round the clock
RecallReason-MAJOR_REPAIR = major repair
RecallReason-QUARANTINE = quarantine
RecallReason-STATE_ORDER_CANCELLED = the state order was cancelled
RecallReason-CLOSURE = the organisation closes
RecallReason-PUBLISHED_BY_MISTAKE = published by mistake
RecallReason-PUPIL_RETURNED = the pupil came back
Group-EXTRAORDINARY = Extraordinary
Group-PRIORITY = Priority
Group-GENERAL = General
OrderStatus-WAITING = Waits
OrderStatus-ACCESS = May choose a place
OrderStatus-REFERRED = Has a referral
OrderStatus-STOPPED = Paused
age = { $years ->
    [one] { $years } year
   *[other] { $years } years
}
ages = { $years ->
    [one] { $first }–{ $years } year
   *[other] { $first }–{ $years } years
}
queue-general = General queue, born in { $year }
queue-special = Queue of the special organisation { $organisation }, born in { $year }{ $profile ->
    [none] {""}
   *[other] , { $profile }
}
queue-sanatorium = Queue of the sanatorium organisation { $organisation }, born in { $year }{ $profile ->
    [none] {""}
   *[other] , { $profile }
}
locality-code = Locality { $code }
locality-in-region = Locality { $code }, { $region }
places = { $count ->
    [one] { $count } place
   *[other] { $count } places
}
admission-from = from { $from }
admission-span = from { $from } to { $until }
span = { $from } – { $until }
