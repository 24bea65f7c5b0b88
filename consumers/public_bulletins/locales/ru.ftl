### Слова публичных страниц по-русски. Те же сообщения и переменные, что и в других языках (проверяет тест).

language = Русский
moment = { $day }, { $time }
none = –

## Слова

Admission-REGULAR = постоянное место
Admission-EARLY = ещё не освободилось (ранний выбор)
Admission-TEMPORARY = временное место
GroupType-GENERAL_DEVELOPMENTAL = общеразвивающая группа
GroupType-SPECIAL = специальная группа
GroupType-SANATORIUM = санаторная группа
Regime-FULL_DAY = полный день
Regime-HALF_DAY = половина дня
Regime-ROUND_THE_CLOCK = круглосуточно
RecallReason-MAJOR_REPAIR = капитальный ремонт
RecallReason-QUARANTINE = карантин
RecallReason-STATE_ORDER_CANCELLED = государственный заказ отменён
RecallReason-CLOSURE = организация закрывается
RecallReason-PUBLISHED_BY_MISTAKE = опубликовано по ошибке
RecallReason-PUPIL_RETURNED = воспитанник вернулся
Group-EXTRAORDINARY = Вне очереди
Group-PRIORITY = Первоочередная
Group-GENERAL = Общая
OrderStatus-WAITING = Ожидает
OrderStatus-ACCESS = Может выбирать место
OrderStatus-REFERRED = Выдано направление
OrderStatus-STOPPED = Приостановлено
age = { $years ->
    [one] { $years } год
    [few] { $years } года
   *[other] { $years } лет
}
ages = { $years ->
    [one] { $first }–{ $years } год
    [few] { $first }–{ $years } года
   *[other] { $first }–{ $years } лет
}
queue-general = Общая очередь, { $year } год рождения
queue-special = Очередь специальной организации { $organisation }, { $year } год рождения{ $profile ->
    [none] {""}
   *[other] , { $profile }
}
queue-sanatorium = Очередь санаторной организации { $organisation }, { $year } год рождения{ $profile ->
    [none] {""}
   *[other] , { $profile }
}
locality-code = Населённый пункт { $code }
locality-in-region = Населённый пункт { $code }, { $region }
places = { $count ->
    [one] { $count } место
    [few] { $count } места
   *[other] { $count } мест
}
admission-from = с { $from }
admission-span = с { $from } по { $until }
span = { $from } – { $until }
