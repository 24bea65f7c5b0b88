### Слова команды `oryn why` по-русски. Те же сообщения и переменные, что и в других языках (проверяет тест).

## Оформление

moment = { $day }, { $time }
records = { $count ->
    [one] запись { $list }
   *[other] записи { $list }
}
records-more = записи { $list } и ещё { $more }, последняя — { $last }
column-when = Когда
column-number = Номер
column-what = Что произошло
column-application = Заявление
column-group = Группа
column-access = Доступ
heading-now = Положение сейчас и что будет дальше
heading-state-at = По состоянию на { $moment }
yes = да
chosen = получило место
order-eligible = Имели право на место: { $eligible } из { $waiting } ожидающих; с приоритетным доступом: { $access }. В порядке очереди:
order-none = Из ожидающих ({ $waiting }) права на место не имел никто.
order-waiting = Ожидают: { $waiting }; с приоритетным доступом: { $access }. В порядке очереди:
order-more = … и ещё { $count }
title-application = Заявление { $id }{ $queue ->
    [none] {""}
   *[other] , очередь { $queue }
}, населённый пункт { $locality }
title-place = Место { $id }{ $queue ->
    [none] {""}
   *[other] , очередь { $queue }
}, населённый пункт { $locality }
title-queue = Очередь { $id }, населённый пункт { $locality }
title-organisation = Организация { $id }, населённый пункт { $locality }
nothing-yet = На этот момент ничего не известно.

## Ошибки

error-unknown = Ни одна запись журнала не называет { $id }.
error-hint = Возможно, имелось в виду: { $ids }?
error-ambiguous = { $id } обозначает несколько объектов. Уточните с помощью --locality или --kind:
error-candidate = --kind { $kind } --locality { $locality }
error-broken = Журнал противоречит сам себе: { $problem }. Проверьте его командой: oryn verify { $journal }
error-file = Не удаётся прочитать журнал { $journal }: { $problem }
error-time = { $text } — не время: ожидается ISO 8601, например 2021-06-12T09:14+06:00 или 2021-06-12
progress = Чтение журнала

## Факты

fact-Rejected = Отклонено: { $event }{ $about ->
    [none] {""}
   *[other] {" "}({ $about })
}. Причина: { $reason }.
fact-Duplicate = То же событие поступило повторно; по нему принято решение в записи { $sequence }, второго действия нет.
fact-OrganisationChanged = Организация { $organisation } зарегистрирована или обновлена: «{ $name }», { $ownership }, { $kind }.
fact-OrganisationClosed = Организация { $organisation } закрыта.
fact-LocalActAdopted = Принят местный акт { $number } от { $date }, действует с { $in-force-from }
fact-PlaceReleased = Организация { $organisation } высвободила место { $place }.
fact-PlaceReturned = Место { $place } высвобождено снова: { $cause }.
fact-PlaceRecalled = Место { $place } отозвано: { $reason }.
fact-RecallKept = Отзыв места { $place } поступил раньше высвобождения и хранится до { $until }: { $reason }.
fact-RecallExpired = Срок хранения отзыва места { $place } истёк.
fact-PlaceEnded = Срок временного места { $place } закончился.
fact-PlaceVacated = Место { $place } освободилось.
fact-PlaceFilled = Место { $place } занято: ребёнок зачислен.
fact-BulletinIssued = Опубликовано в бюллетене № { $number } за { $date }
fact-PlacePrioritised = Место { $place } могут выбрать обладатели приоритетного доступа до { $until }.
fact-PlaceOpened = Срок приоритетного доступа к месту { $place } закончился: оно открыто для первых в очереди: { $first }.
fact-AccessGranted = Очередь подошла: приоритетный доступ к выбору места до { $until }; в списке { $places ->
    [one] { $places } место
    [few] { $places } места
   *[other] { $places } мест
}.
fact-AccessLapsed = Срок приоритетного доступа истёк без выбора; место в очереди сохраняется.
fact-AccessRevoked = Приоритетный доступ отозван.
fact-AccessUsed = Приоритетный доступ использован: место выбрано.
fact-ApplicationRegistered = Зарегистрировано; подано { $submitted-at }. Документы нужно показать до { $documents-until }.
fact-ApplicationDeferred = Документы подтверждены; в очередь встанет после { $until }.
fact-ApplicationQueued = Документы подтверждены: в очереди под номером { $number }, группа «{ $group }», номер в группе { $number-in-group }.
fact-ApplicationRefused = В приёме заявления отказано: { $reason }.{ $missing ->
    [none] {""}
   *[other] {" "}Не хватает: { $missing }.
}
fact-ApplicationRegrouped = Перенесено из группы «{ $from }» в группу «{ $to }» с первоначальным временем подачи.
fact-ApplicationArchived = Перенесено в архив: { $reason }.
fact-ApplicationStopped = В стоп-листе до { $until }.
fact-ApplicationSuspended = Приостановлено уполномоченным органом: { $reason }.
fact-BenefitsChanged = Услугодатель проверил льготы.
fact-StayEnded = Пребывание на временном месте { $place } закончилось (заявление { $application }): { $cause }.
fact-ApplicationReturned = Возвращено на прежнее место в очереди, номер { $number }: { $cause }.
fact-ReferralIssued = Выдано направление № { $referral }: заявление { $application }, место { $place }, с номера { $number } ({ $how }).{ $documents-until ->
    [none] {""}
   *[other] {" "}Документы нужно показать до { $documents-until }.
}
fact-DocumentsPresented = Документы показаны; услугодатель отвечает до { $provider-until }.
fact-ReferralActivated = Направление по заявлению { $application } на место { $place } действует{ $until ->
    [none] ; срок начнётся, когда место освободится.
   *[other] {" "}до { $until }.
}
fact-ReferralExtended = Направление по заявлению { $application } на место { $place } продлено до { $until }: { $reason }.
fact-ReferralEnded = Направление № { $referral } закончилось (заявление { $application }, место { $place }): { $cause }.{ $reason ->
    [none] {""}
   *[other] {" "}Указанная причина: { $reason }.
}
fact-InterestConfirmed = Заинтересованность подтверждена ещё на год.
fact-ReminderDue = Отправлено напоминание: { $of } заканчивается { $until }.
fact-ApplicantLinked = Заявление перешло к другому законному представителю ребёнка.
fact-ChildLeft = Ребёнок выбыл с места { $place } (заявление { $application }).
note-migration = Принято из прежней очереди с её временем подачи.
note-private-only = Ребёнок уже был зачислен вне общей очереди: предлагаются только места частных организаций.
opening-granted = При открытии приоритетный доступ получили заявления этой очереди.
access-granted = Приоритетный доступ получили заявления этой очереди.
place-organisation = Организация { $organisation } «{ $name }»
place-terms = Год рождения { $years }, возраст { $from }–{ $to }, язык: { $language }; { $group }, { $regime }; { $admission }, приём с { $start }{ $end ->
    [none] {""}
   *[other] {" "}по { $end }
}

## Что сделали с номером другие

change-queued-EXTRAORDINARY = { $count ->
    [one] подтверждено { $count } внеочередное заявление
    [few] подтверждены { $count } внеочередных заявления
   *[other] подтверждено { $count } внеочередных заявлений
}
change-queued-PRIORITY = { $count ->
    [one] подтверждено { $count } первоочередное заявление
    [few] подтверждены { $count } первоочередных заявления
   *[other] подтверждено { $count } первоочередных заявлений
}
change-queued-GENERAL = { $count ->
    [one] подтверждено { $count } поданное раньше заявление общей очереди
    [few] подтверждены { $count } поданных раньше заявления общей очереди
   *[other] подтверждено { $count } поданных раньше заявлений общей очереди
}
change-served-EXTRAORDINARY = { $count ->
    [one] { $count } внеочередное заявление получило направление
    [few] { $count } внеочередных заявления получили направления
   *[other] { $count } внеочередных заявлений получили направления
}
change-served-PRIORITY = { $count ->
    [one] { $count } первоочередное заявление получило направление
    [few] { $count } первоочередных заявления получили направления
   *[other] { $count } первоочередных заявлений получили направления
}
change-served-GENERAL = { $count ->
    [one] { $count } заявление общей очереди получило направление
    [few] { $count } заявления общей очереди получили направления
   *[other] { $count } заявлений общей очереди получили направления
}
change-returned = { $count ->
    [one] { $count } заявление вернулось на прежнее место в очереди
    [few] { $count } заявления вернулись на прежние места в очереди
   *[other] { $count } заявлений вернулись на прежние места в очереди
}
change-regrouped = { $count ->
    [one] { $count } заявление перенесено в группу «{ $group }»
    [few] { $count } заявления перенесены в группу «{ $group }»
   *[other] { $count } заявлений перенесено в группу «{ $group }»
}
change-stopped = { $count ->
    [one] { $count } заявление попало в стоп-лист
    [few] { $count } заявления попали в стоп-лист
   *[other] { $count } заявлений попали в стоп-лист
}
change-suspended = { $count ->
    [one] { $count } заявление приостановлено
    [few] { $count } заявления приостановлены
   *[other] { $count } заявлений приостановлено
}
change-archived = { $count ->
    [one] { $count } заявление перенесено в архив: { $reason }
    [few] { $count } заявления перенесены в архив: { $reason }
   *[other] { $count } заявлений перенесено в архив: { $reason }
}

## Положение и что дальше

now-registered = Зарегистрировано; в очереди ещё не стоит.
next-registered = Заявитель показывает документы до { $until }, иначе в приёме будет отказано.
now-presented = Документы показаны; в очереди ещё не стоит.
next-presented = Услугодатель отвечает до { $until }. Опоздание с ответом ничего не стоит заявителю.
now-refused = Отказано: { $reason }.
next-refused = Продолжения не будет; можно подать новое заявление.
now-deferred = Подтверждено, но в очереди ещё не стоит.
next-deferred = Встанет в очередь после { $until }.
now-queued = В очереди под номером { $number } из { $size }; группа «{ $group }», { $in-group } из { $group-size }.
now-access = Очередь подошла: место можно выбрать до { $until }; в списке { $places ->
    [one] было { $places } место
    [few] было { $places } места
   *[other] было { $places } мест
}.
next-access = Если не выбрать место до { $until }, доступ закончится без последствий, номер сохранится.
next-opening = Следующее открытие — { $opening }; доступ получат в порядке очереди столько заявлений, сколько есть мест.
next-immediate = Доступ даётся в порядке очереди, как только появляется место.
next-automatic = Высвобожденное в этой очереди место сразу получает первое подходящее заявление — в виде направления.
next-open = Заявление входит в первые { $first } и может в любое время выбрать открытое место.
next-not-open = Открытые места могут выбирать только первые { $first } очереди.
now-referral-documents = Место зарезервировано: { $place }.
next-referral-documents = Заявитель показывает документы для места { $place } до { $until }, иначе направление утратит силу.
now-referral-presented = Документы для места { $place } показаны.
next-referral-presented = Услугодатель отвечает по месту { $place } до { $until }; если он опоздает, направление можно отменить в любое время.
now-referral-active = Направление на место { $place } действует до { $until }.
next-referral-active = Организация зачисляет ребёнка на место { $place } до { $until }, иначе направление утратит силу.
now-referral-early = Направление на место { $place } действует; место ещё не освободилось.
next-referral-early = Срок начнётся, когда место { $place } освободится; если этого не будет до { $until }, направление закончится без последствий.
now-stay = Ребёнок посещает временное место { $place }; заявление сохраняет положение в очереди.
next-stay = Пребывание на месте { $place } длится до конца его срока или до постоянного места.
now-interest = Заинтересованность нужно подтвердить до { $until }.
next-interest = Без ответа до { $until } заявление переносится в архив; пока по нему есть направление — нет.
next-interest-due = Заинтересованность подтверждают раз в год: если её не подтвердить раньше, напоминание придёт { $day }
now-stopped = В стоп-листе до { $until }.
next-stopped = После { $until } вернётся на прежнее место в очереди.
now-suspended = Приостановлено уполномоченным органом; в очереди не стоит.
next-suspended = Вернётся на прежнее место, когда уполномоченный орган его восстановит.
now-archived = В архиве: { $reason }.
next-archived = В этой очереди продолжения не будет.
looks-left-out = { $count ->
    [one] Порядок ещё в { $count } момент опущен.
    [few] Порядок ещё в { $count } момента опущен.
   *[other] Порядок ещё в { $count } моментов опущен.
}
stage-RELEASED = Место высвобождено и ждёт следующего бюллетеня.
stage-LISTED = Место в бюллетене и ждёт следующего открытия.
stage-PRIORITY = Место могут выбрать обладатели приоритетного доступа до { $until }.
stage-PRIORITY-over = Срок приоритетного доступа к месту закончился { $until }; оно откроется при следующем открытии, если не нужно для действующего доступа.
stage-OPEN = Место открыто для первых в очереди.
stage-REFERRED = Место зарезервировано за заявлением { $application }.{ $until ->
    [none] {""}
   *[other] {" "}Срок — до { $until }.
}
stage-FILLED = Место получило заявление { $application }: ребёнок зачислен.
stage-RECALLED = Место отозвано: { $reason }.
stage-ENDED = Срок временного места закончился.
stage-name-RELEASED = высвобождены
stage-name-LISTED = в бюллетене
stage-name-PRIORITY = для приоритетного доступа
stage-name-OPEN = открыты
stage-name-REFERRED = зарезервированы
stage-name-FILLED = заняты
stage-name-RECALLED = отозваны
stage-name-ENDED = закончились
count-places = Места, { $stage }: { $count }
count-waiting = Заявлений в очереди: { $count }
count-group = Группа «{ $group }»: { $count }
count-access = С приоритетным доступом: { $count }

## Группы, места, организации

group-EXTRAORDINARY = вне очереди
group-PRIORITY = первоочередная
group-GENERAL = общая
how-CHOICE = выбрано по приоритетному доступу
how-OPEN_CHOICE = выбрано из открытых
how-AUTOMATIC = дано в порядке заявлений
of-ACCESS = приоритетный доступ
of-REFERRAL = срок направления
of-INTEREST = срок подтверждения заинтересованности
group-type-GENERAL_DEVELOPMENTAL = общеразвивающая группа
group-type-SPECIAL = специальная группа
group-type-SANATORIUM = санаторная группа
regime-FULL_DAY = полный день
regime-HALF_DAY = половина дня
regime-ROUND_THE_CLOCK = круглосуточно
admission-REGULAR = обычное место
admission-EARLY = место с ранним выбором, ещё не освободилось
admission-TEMPORARY = временное место
ownership-STATE = государственная
ownership-PRIVATE = частная
organisation-kind-GENERAL = детский сад общего типа
organisation-kind-SPECIAL = специальная организация
organisation-kind-SANATORIUM = санаторная организация
extension-ILLNESS = болезнь
extension-TREATMENT = лечение
extension-BUSINESS_TRIP = командировка
extension-LEAVE = отпуск

## Причины

refusal-INCOMPLETE_PACKAGE = пакет документов неполный
refusal-UNTRUE_DOCUMENTS = документы недостоверны
refusal-REQUIREMENTS_NOT_MET = требования не выполнены
refusal-NO_CONSENT = нет согласия на использование персональных данных
refusal-NOT_SHOWN_IN_TIME = документы не показаны в срок
archive-WITHDRAWN = отозвано заявителем
archive-ENROLLED = ребёнок зачислен
archive-ENROLLED_ELSEWHERE = ребёнок зачислен в другую организацию
archive-AGE_LIMIT = ребёнку исполнилось 6 лет
archive-INTEREST_NOT_CONFIRMED = заинтересованность не подтверждена
archive-SECOND_LAPSE = направление утратило силу во второй раз
archive-ORGANISATION_CLOSED = организация закрыта
end-CANCELLED = заявитель отменил направление
end-LAPSED = срок направления истёк
end-RECALLED = место отозвано
end-REFUSED = организация отказала в приёме
end-BENEFIT_NOT_CONFIRMED = льгота не подтверждена
end-DOCUMENTS_REFUSED = документы не приняты
end-WITHDRAWN = заявитель отозвал заявление
end-SUSPENDED = заявление приостановлено
end-ENROLLED = ребёнок зачислен
end-SERVED_REGULAR = ребёнок получил постоянное место
end-TEMPORARY_ENDED = срок временного места закончился
end-NOT_VACATED = место не освободилось вовремя
end-STOP_LIST_ENDED = срок в стоп-листе закончился
end-RESTORED = уполномоченный орган восстановил заявление
stay-TEMPORARY_ENDED = срок временного места закончился
stay-RECALLED = место отозвано
stay-SERVED_REGULAR = ребёнок получил постоянное место
stay-LEFT = ребёнок выбыл
recall-MAJOR_REPAIR = капитальный ремонт
recall-QUARANTINE = карантин
recall-STATE_ORDER_CANCELLED = государственный заказ отменён
recall-CLOSURE = организация закрывается
recall-PUBLISHED_BY_MISTAKE = опубликовано по ошибке
recall-PUPIL_RETURNED = воспитанник вернулся
reason-UNKNOWN_ORGANISATION = организация в этом населённом пункте неизвестна
reason-UNKNOWN_PLACE = место в этом населённом пункте неизвестно
reason-UNKNOWN_APPLICATION = заявление в этом населённом пункте неизвестно
reason-NOT_YOURS = принадлежит другому
reason-ORGANISATION_CLOSED = организация закрыта
reason-CONFLICTING_PLACE = этот номер места уже использован с другим содержанием
reason-CONFLICTING_APPLICATION = этот номер заявления уже использован с другим содержанием
reason-BAD_DATE = невозможная дата
reason-BAD_TIME = невозможное время
reason-DUPLICATE_APPLICATION = ребёнок уже стоит в этой очереди
reason-PLACE_FILLED = место занято
reason-PLACE_TAKEN = место уже отдано другому
reason-ON_STOP_LIST = заявление в стоп-листе или приостановлено
reason-NOT_QUEUED = заявление не стоит в очереди
reason-NO_REFERRAL = такого направления нет
reason-NOT_ACTIVE = направление ещё не действует
reason-ALREADY_EXTENDED = направление уже продлевали
reason-WRONG_STATE = в нынешнем состоянии это невозможно
reason-TOO_LATE = время для этого прошло
reason-NO_ACCESS = у заявления нет приоритетного доступа
reason-SPECIAL_NEEDS_NOT_CONFIRMED = особые потребности не подтверждены, стоять в очередях разных видов нельзя
reason-TOO_OLD = ребёнку 6 лет или больше
reason-TOO_MANY_REGISTRATIONS = слишком много регистраций в этом населённом пункте
reason-NOT_ELIGIBLE = ребёнок не может получить это место
reason-PROMISED = место обещано стоящим в очереди раньше
reason-OUTSIDE_FIRST_1000 = номер в очереди больше { $first }

## События

event-OrganisationRegistered = регистрация организации
event-LocalActAdopted = местный акт
event-OrganisationClosed = закрытие организации
event-PlaceReleased = высвобождение места
event-PlaceVacated = сообщение о том, что место освободилось
event-PlaceRecalled = отзыв места
event-ApplicationSubmitted = подача заявления
event-DocumentsPresented = показ документов
event-DocumentsConfirmed = подтверждение документов
event-DocumentsRefused = отказ по документам
event-BenefitsChanged = изменение льгот
event-InterestConfirmed = подтверждение заинтересованности
event-ApplicationWithdrawn = отзыв заявления
event-ApplicantLinked = переход к другому представителю
event-ApplicationSuspended = приостановление заявления
event-ApplicationRestored = восстановление заявления
event-PlacesChosen = выбор места
event-ReferralDocumentsConfirmed = подтверждение документов по направлению
event-ReferralDocumentsRefused = отказ по документам направления
event-ReferralCancelled = отмена направления
event-ReferralExtended = продление направления
event-ChildEnrolled = зачисление ребёнка
event-AdmissionRefused = отказ в приёме ребёнка
event-ChildLeft = сообщение о выбытии ребёнка
event-ClockTick = отсчёт времени
