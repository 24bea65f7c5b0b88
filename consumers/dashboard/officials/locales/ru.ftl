### Слова страниц для министерства, региона, населённого пункта и открытой стартовой страницы. Те же сообщения и
### переменные, что и в других языках (проверяет тест).

## Показатели: как называется и что означает

figure-waiting = Заявлений в очереди
hint-waiting = Стоят в очереди сейчас: документы подтверждены, направления ещё нет. Ребёнок может стоять в нескольких очередях.
figure-waiting-time = Ожидание направления
hint-waiting-time = Медиана: половина получивших направление ждала со дня подачи меньше, половина – дольше. О тех, кто ещё ждёт, она не говорит.
figure-on-offer = Мест предлагается
hint-on-offer = Высвобождены и сейчас свободны: до бюллетеня, в бюллетене, для приоритетного доступа или открыты. Не зарезервированы и не заняты.
figure-idle = Открытых мест не выбрано
hint-idle = Срок приоритетного доступа закончился, место никто не выбрал: теперь его может выбрать первая тысяча очереди.
figure-late = Проверено с опозданием
hint-late = Ответы услугодателя по документам позже срока: 30 минут при регистрации, следующий рабочий день при направлении. Заявителю это ничего не стоит.
figure-referrals-today = Направлений сегодня
hint-referrals-today = Места, зарезервированные каждое за одним ребёнком: выбраны или даны в порядке очереди.
figure-enrolled-today = Зачислено сегодня
hint-enrolled-today = Зачисления, о которых сообщили детские сады.
figure-released-today = Высвобождено сегодня
hint-released-today = Новые места, предложенные детскими садами. Вернувшиеся места второй раз не считаются.
figure-with-access = Могут выбирать сейчас
hint-with-access = Заявления, чья очередь подошла: до своего срока они могут выбрать место.
figure-filling-time = От высвобождения до зачисления
hint-filling-time = Медиана по занятым местам: сколько место стояло без ребёнка с момента высвобождения.
figure-early-overdue = Ранние места просрочены
hint-early-overdue = День, когда место должно было освободиться, прошёл, а детский сад об этом не сообщил.
figure-recalled-after-referral = Отозвано после направления
hint-recalled-after-referral = У семьи уже было направление, когда детский сад отозвал место. Семья вернулась на прежнее место в очереди.
figure-admission-refused = Отказов в приёме
hint-admission-refused = Детский сад отказал ребёнку с действующим направлением.
figure-passive-heads = Доступ упущен повторно
hint-passive-heads = Заявление второй или следующий раз не использовало приоритетный доступ. По закону оно сохраняет своё место.
figure-rejected = Событий отклонено
hint-rejected = Сообщения детских садов, отделов образования и порталов, которые не имели силы; у каждого своя причина.
figure-definition = Как считается
figure-list = Записи за этой цифрой
figure-what = Что это значит
unit-waiting = заявления
unit-waiting-time = медиана
unit-on-offer = места
unit-idle = места
unit-late = проверки
unit-referrals-today = направления
unit-enrolled-today = дети
unit-released-today = места
unit-with-access = заявления
unit-filling-time = медиана
unit-early-overdue = места
unit-recalled-after-referral = места
unit-admission-refused = направления
unit-passive-heads = упущенный доступ
unit-rejected = события
since-now = { $unit }, сейчас
since-day = { $unit }, { $day }
since-days = { $unit }, { $first } – { $last }
provisional = предварительно: это время ещё идёт
final = окончательно
figure-nothing = пока ничего
of-which-late = { $late } из { $all } ({ $share })
definitions = Что означают показатели
definitions-about = Формула каждого показателя, пункт правил, из которого он следует, и чего он не говорит.

## Графики

flow-released = Высвобождено мест
flow-referred = Направления
flow-enrolled = Зачислено детей
flow-queued = Встали в очередь
flow-waiting = Заявлений в очереди
flow-today = По часам: { $day }
flow-today-about = Местное время. Последний час ещё идёт.
flow-today-empty = В этот день пока ничего не высвобождено, никто не получил направление и не зачислен.
flow-weeks = Последние недели
flow-weeks-about = Неделя начинается в указанный день; последняя ещё идёт.
flow-weeks-empty = Истории пока нет.
flow-week-of = Неделя с { $day }
flow-hour = Час
flow-week = Неделя с
history-away = Истории сейчас нет: показатели подсчитываются. То, что верно сейчас, показано по регистрам.
flow-day = Сегодня
flow-by-week = По неделям
compared-few = Медиана меньше чем по { $count } случаям здесь не показана: о месте она ничего не говорит.
start-localities = { $count ->
    [one] населённый пункт
    [few] населённых пункта
   *[other] населённых пунктов
}

## На что обратить внимание

attention = На что обратить внимание
attention-about = Самые высокие показатели словами. Быть названным – повод посмотреть, а не приговор.
attention-none = Ничто не выделяется: в эти дни нет ни опозданий, ни невыбранных мест, ни отказов.
attention-waiting = Больше всего заявлений ждёт
attention-waiting-time = Дольше всего ждали направления, медиана за 7 дней
attention-idle = Больше всего открытых мест, которые никто не выбрал
attention-late = Больше всего проверок с опозданием за 7 дней
attention-recalled-after-referral = Места отозваны после направления за 7 дней
attention-admission-refused = Отказы в приёме за 7 дней
attention-early-overdue = Ранние места не освобождены вовремя
attention-passive-heads = Доступ упущен повторно за 7 дней
attention-whole = всего { $value }
attention-whole-waiting-time = в целом: { $value }

## Республика и регион

nation-crumb = Казахстан
nation-title = Места в детских садах Казахстана
nation-lead = Кто ждёт, где и как долго; какие места свободны; кто опаздывает.
nation-headline = Сейчас и сегодня
nation-map = { $figure } по регионам
nation-map-choose = Раскрасить карту по показателю
nation-map-none = нет или неизвестно
nation-map-from = от { $from }
nation-table = Регионы в цифрах
nation-region = Регион
nation-localities = Населённых пунктов
nation-empty = Журнала нет ещё ни у одного населённого пункта.
region-lead = Населённые пункты региона: кто ждёт и как долго, какие места свободны, кто опаздывает.
region-table = Населённые пункты в цифрах
region-locality = Населённый пункт
region-empty = Журнала нет ещё ни у одного населённого пункта этого региона.
region-sort = Упорядочить: { $column }
region-more = Первые { $shown } из { $total } населённых пунктов.
late-title = Кто опаздывает с проверкой
late-empty = За последние 7 дней никто не опоздал с проверкой.
quality-link = Качество услуги
trend-down = на { $value } меньше, чем неделю назад
trend-up = на { $value } больше, чем неделю назад
trend-same = столько же, сколько неделю назад
until-locality = До записи { $record } журнала

## Населённый пункт

locality-lead = Всё, что здесь решается, стоит в журнале населённого пункта; эти цифры подсчитаны по нему.
locality-queues = Очереди
locality-queues-about = Фаза показывает, чей черёд следующий: сколько заявлений общей группы обслужено с прошлого первоочередного. После трёх общих идёт одно первоочередное.
locality-queues-empty = Очередей пока нет: подтверждённых заявлений здесь ещё не было.
locality-queues-more = Первые { $shown } из { $total } очередей.
locality-queue = Очередь
locality-waiting = Ожидают
locality-extraordinary = Вне очереди
locality-priority = Первоочередные
locality-general = Общие
locality-phase = Фаза
locality-access = Могут выбирать
locality-off = Временно вне очереди
locality-offer = Мест предлагается
locality-bulletin = Бюллетень
locality-bulletin-today = Сегодняшний бюллетень
locality-bulletin-none = Сегодняшний бюллетень ещё не вышел.
locality-bulletin-line = { $released ->
    [0] Мест не высвобождено
    [one] Высвобождено { $released } место
    [few] Высвобождено { $released } места
   *[other] Высвобождено { $released } мест
}, { $recalled ->
    [0] отозванных нет
    [one] отозвано { $recalled }
   *[other] отозвано { $recalled }
}.
locality-next-bulletin = Следующий бюллетень
locality-next-opening = Следующее открытие мест
locality-next-about = По времени последних; местный акт может его изменить.
locality-stages = Места по стадиям
locality-stages-empty = Мест здесь ещё не высвобождали.
locality-stage-places = Мест
locality-stage-time = Медиана времени в этой стадии
locality-organisations = Детские сады
locality-organisations-about = Места и направления сейчас. Часы простоя – сколько свободные места предлагаются, в сумме.
locality-organisations-empty = Детских садов здесь ещё не зарегистрировано.
locality-organisations-more = Первые { $shown } из { $total } детских садов.
locality-organisation = Детский сад
locality-released = Высвобождено
locality-referred = Зарезервировано
locality-filled = Занято
locality-recalled = Отозвано
locality-recalls-after = Отозвано после направления
locality-refused = Отказов в приёме
locality-overdue = Ранние, просрочено
locality-idle-hours = Часы простоя
locality-closed = закрыт
locality-rejections = Что отклонено, по отправителям
locality-rejections-about = Событие, нарушающее правило, не имеет силы; отправителю сообщают причину. Письма, которые нельзя прочитать, считаются отдельно.
locality-rejections-empty = Ничего не отклонено.
locality-sender = Отправитель
locality-rejected = Отклонено
locality-rejected-why = Причина
locality-rejected-times = Сколько раз
locality-rejected-last = Последний раз
locality-dead = Письма, которые нельзя прочитать
locality-dead-empty = Все письма удалось прочитать.
locality-dead-unknown = Все ли письма удалось прочитать, неизвестно: показатели сейчас недоступны.
locality-dead-topic = Топик
locality-dead-cause = Причина
locality-ratio = Один к трём: как вышло на деле
locality-ratio-about = Пока ждут обе группы, после каждых трёх общих обслуживается одно первоочередное заявление. Считается только там, где ждали обе.
locality-ratio-empty = В эти недели никого не обслуживали, пока ждали обе группы.
locality-ratio-line = Обслужено, пока ждали обе группы: общих – { $general }, первоочередных – { $priority }, то есть 1 к { $ratio }.
locality-ratio-none = Обслужено, пока ждали обе группы: общих – { $general }, первоочередных – { $priority }.
locality-passive = Кто упускает доступ
locality-passive-about = Заявления, которые больше одного раза не использовали приоритетный доступ и всё ещё ждут. По закону каждое сохраняет своё место.
locality-passive-empty = Никто не упустил доступ больше одного раза.
locality-passive-line = { $count ->
    [one] { $count } ожидающее заявление упустило доступ
    [few] { $count } ожидающих заявления упустили доступ
   *[other] { $count } ожидающих заявлений упустили доступ
} больше одного раза; чаще всего – { $most } раз.
locality-early = Ранние места
locality-early-empty = Просроченных ранних мест нет.
locality-early-line = { $count ->
    [one] { $count } место должно было освободиться
    [few] { $count } места должны были освободиться
   *[other] { $count } мест должны были освободиться
}, но об этом не сообщили; самое давнее – с { $day }.
locality-quality = Качество услуги здесь

## Открытая страница населённого пункта и стартовая страница

public-locality-lead = Сколько заявлений в каждой очереди и какие места высвобождены. Публикуется без имён.
public-locality-about = В одной очереди стоят дети одного года рождения. Места даются в её порядке; в бюллетене перечислено каждое высвобожденное место.
public-locality-search = Найти заявление в этих очередях
public-locality-choose = Сейчас могут выбирать место
start-title = Места в детских садах: мой номер в очереди
start-lead = Узнайте, где стоит заявление, как двигался его номер и почему.
start-search = Номер заявления или населённый пункт
start-search-hint = Например, a-ffd3ee67c225f809, 710000000 или Астана
start-search-do = Найти
start-search-nothing = По запросу «{ $text }» ничего не найдено. Сверьте его с полученным сообщением: там указан номер заявления.
start-search-localities = Найденные населённые пункты
start-regions = Найдите свой населённый пункт
start-regions-about = Выберите регион, затем населённый пункт и очередь.
start-region-empty = В этом регионе пока нет ни одного населённого пункта.
start-what = Что такое очередь?
start-what-text = Дети одного года рождения из одного населённого пункта стоят в одной очереди в том порядке, в каком родители подали заявления. Некоторые семьи по закону обслуживаются раньше: они стоят впереди всех или включаются в очередь по одному после каждых трёх.
start-moves = Как меняется мой номер?
start-moves-better = Он уменьшается, когда кто-то перед вами получает место или выходит из очереди.
start-moves-worse = Он может увеличиться, если тот, кто подал заявление раньше вас, показал документы и встал в очередь, вернулся после отменённого направления или имеет право стоять перед вами.
start-moves-proof = О каждом изменении есть запись в журнале, который нельзя незаметно изменить; страница заявления показывает их все.
start-turn = Когда моя очередь?
start-turn-text = В 18:00 выходит бюллетень с местами, высвобожденными за день. На следующее утро в 07:00 первым в очереди сообщают, что они могут выбирать место в течение трёх рабочих дней. Кто не выбрал, сохраняет свой номер.
start-officials = Для уполномоченных органов
start-officials-nation = Республика в цифрах

## Бюллетени

bulletins-title = Бюллетени: { $place }
bulletins-crumb = Бюллетени
bulletins-lead = Каждый день в одно и то же время: места, высвобожденные и отозванные после предыдущего бюллетеня.
bulletins-empty = Бюллетеней здесь ещё не было.
bulletins-caption = Бюллетени, сначала новые
bulletins-older = Раньше
bulletins-newer = Позже
bulletins-number = №
bulletins-day = Дата
bulletins-issued = Вышел
bulletins-released = Высвобождено
bulletins-recalled = Отозвано
bulletins-hash = Хеш
bulletin-page-title = Бюллетень № { $number } от { $day }
bulletin-page-lead = Вышел { $moment }, { $place }.
bulletin-page-released = Высвобожденные места
bulletin-page-released-empty = Мест не высвобождено.
bulletin-page-recalled = Отозванные места
bulletin-page-recalled-empty = Отозванных мест нет.
bulletin-page-more = Первые { $shown } из { $total } мест.
bulletin-page-previous = Предыдущий бюллетень
bulletin-page-next = Следующий бюллетень
bulletin-page-hash = Хеш этого бюллетеня (SHA-256)
bulletin-page-previous-hash = Хеш предыдущего бюллетеня
bulletin-page-first = Предыдущего нет: это первый бюллетень.
bulletin-page-record = Запись журнала
bulletin-page-proof = Хеш охватывает всё содержание бюллетеня и хеш предыдущего: незаметно изменить, убрать или вставить ничего нельзя.
bulletin-page-public = Открытая страница этого бюллетеня
bulletin-page-place = Место
bulletin-page-organisation = Детский сад
bulletin-page-queue = Очередь
bulletin-page-released-at = Высвобождено
bulletin-page-ages = Возраст
bulletin-page-language = Язык
bulletin-page-group = Группа
bulletin-page-regime = Режим
bulletin-page-admission = Приём
bulletin-page-dates = Принимает
bulletin-page-attendance = Дни посещения
bulletin-page-recalled-at = Отозвано
bulletin-page-reason = Причина
bulletin-page-by-year = По годам рождения

## Качество

quality-title = Качество услуги: { $place }
quality-crumb = Качество
quality-lead = Таблица стандарта 2012 года: что требуется, к чему стремятся в следующем году и что сейчас говорит журнал.
quality-about = Здесь измерено только то, что может знать журнал. Чего он не знает (как обходились с людьми, что им было удобно), показывает опрос.
quality-empty = Пока ничего не измерено.
quality-caption = Показатели качества и доступности
quality-indicator = Показатель
quality-normative = Нормативное значение
quality-target = Целевое значение в следующем году
quality-current = Текущее значение
quality-basis = Подсчитано по
quality-basis-of = { $numerator } из { $denominator }
quality-met = Цель
quality-met-yes = достигнута
quality-met-no = не достигнута
quality-met-unknown = измерять пока нечего
quality-source = Источник

## Списки записей

list-waiting = Заявления в очереди
list-on-offer = Предлагаемые места
list-idle = Открытые места, которые никто не выбрал
list-places = Места
list-released = Высвобожденные места
list-recalled = Отозванные места
list-early-overdue = Ранние места, не освобождённые вовремя
list-referred = Выданные направления
list-cancelled = Направления, отменённые заявителями
list-lapsed = Направления, утратившие силу
list-admission-refused = Отказы в приёме
list-recalled-after-referral = Направления, прекращённые отзывом места
list-enrolled = Зачисленные дети
list-granted = Предоставленный доступ
list-access-ended = Закончившийся доступ
list-with-access = Заявления, которые могут выбирать сейчас
list-registered = Зарегистрированные заявления
list-queued = Заявления, вставшие в очередь
list-refused = Заявления, в которых отказано
list-archived = Заявления в архиве
list-late = Стадии услуги с опозданием
list-checked-late = Документы, проверенные с опозданием
list-passive-heads = Заявления, упустившие доступ больше одного раза
list-repeated-cancellations = Заявления с отменой больше одного раза
list-rejections = Отклонённые события
list-window = { $list }: { $first } – { $last }
list-empty = Подходящих записей нет: в это время ничего такого не было.
listed-locality = Населённый пункт
listed-application = Заявление
listed-place = Место
listed-organisation = Детский сад
listed-queue = Очередь
listed-group = Группа
listed-record = Запись
listed-referral = Направление №
listed-number = Номер в очереди
listed-how = Как
listed-issued = Выдано
listed-documents-until = Документы до
listed-ended = Закончилось
listed-cause = Причина
listed-said = Своими словами
listed-granted = Предоставлен
listed-until = До
listed-places-listed = Мест в списке
listed-access-state = Доступ
listed-stage = Стадия
listed-admission = Приём
listed-admission-from = Принимает с
listed-released = Высвобождено
listed-offered = Предлагается с
listed-idle = Часов предлагается
listed-recall-reason = Почему отозвано
listed-at = Когда
listed-from-state = Было
listed-to-state = Стало
listed-reason = Причина
listed-submitted = Подано
listed-access-until = Может выбирать до
listed-service-stage = Стадия услуги
listed-bound = Чей срок
listed-due = Срок
listed-late-by = Опоздание, часов
listed-lapsed-times = Сколько раз
listed-last-lapsed = Последний раз
listed-state = Состояние
listed-cancelled-times = Сколько раз
listed-source = Отправитель
listed-event = Событие
listed-rejection = Причина
listed-detail = Подробности

## Слова свода правил

Stage-RELEASED = высвобождено
Stage-LISTED = в бюллетене
Stage-PRIORITY = для приоритетного доступа
Stage-OPEN = открыто
Stage-REFERRED = зарезервировано
Stage-FILLED = занято
Stage-RECALLED = отозвано
Stage-ENDED = закончилось
State-REGISTERED = зарегистрировано
State-DEFERRED = встанет позже
State-QUEUED = в очереди
State-REFERRED = выдано направление
State-STOPPED = в стоп-листе
State-SUSPENDED = приостановлено
State-REFUSED = отказано
State-ARCHIVED = в архиве
AccessState-LIVE = может выбирать
AccessState-USED = использован
AccessState-LAPSED = истёк
AccessState-REVOKED = отозван
ServiceStage-SUBMITTED = подача
ServiceStage-PRESENTED = показ документов
ServiceStage-CONFIRMED = подтверждение документов
ServiceStage-REFUSED = отказ
ServiceStage-QUEUED = постановка в очередь
ServiceStage-ACCESS = доступ
ServiceStage-REFERRAL = направление
ServiceStage-ACTIVE = направление действует
ServiceStage-ENDED = конец направления
ServiceStage-ARCHIVED = архив
Bound-APPLICANT = заявителя
Bound-PROVIDER = услугодателя
Bound-ORGANISATION = детского сада
Rejection-UNKNOWN_ORGANISATION = организация в этом населённом пункте неизвестна
Rejection-UNKNOWN_PLACE = место в этом населённом пункте неизвестно
Rejection-UNKNOWN_APPLICATION = заявление в этом населённом пункте неизвестно
Rejection-NOT_YOURS = принадлежит другому
Rejection-ORGANISATION_CLOSED = организация закрыта
Rejection-CONFLICTING_PLACE = этот номер места уже использован с другим содержанием
Rejection-CONFLICTING_APPLICATION = этот номер заявления уже использован с другим содержанием
Rejection-BAD_DATE = невозможная дата
Rejection-BAD_TIME = невозможное время
Rejection-DUPLICATE_APPLICATION = ребёнок уже стоит в этой очереди
Rejection-PLACE_FILLED = место занято
Rejection-PLACE_TAKEN = место уже отдано другому
Rejection-ON_STOP_LIST = заявление в стоп-листе или приостановлено
Rejection-NOT_QUEUED = заявление не стоит в очереди
Rejection-NO_REFERRAL = такого направления нет
Rejection-NOT_ACTIVE = направление ещё не действует
Rejection-ALREADY_EXTENDED = направление уже продлевали
Rejection-WRONG_STATE = в нынешнем состоянии это невозможно
Rejection-TOO_LATE = время для этого прошло
Rejection-NO_ACCESS = у заявления нет приоритетного доступа
Rejection-SPECIAL_NEEDS_NOT_CONFIRMED = особые потребности не подтверждены, стоять в очередях разных видов нельзя
Rejection-TOO_OLD = ребёнку 6 лет или больше
Rejection-TOO_MANY_REGISTRATIONS = слишком много регистраций в этом населённом пункте
Rejection-NOT_ELIGIBLE = ребёнок не может получить это место
Rejection-PROMISED = место обещано стоящим в очереди раньше
Rejection-OUTSIDE_FIRST_1000 = номер в очереди слишком велик для открытых мест
ArchiveReason-WITHDRAWN = отозвано заявителем
ArchiveReason-ENROLLED = ребёнок зачислен
ArchiveReason-ENROLLED_ELSEWHERE = ребёнок зачислен в другую организацию
ArchiveReason-AGE_LIMIT = ребёнку исполнилось 6 лет
ArchiveReason-INTEREST_NOT_CONFIRMED = заинтересованность не подтверждена
ArchiveReason-SECOND_LAPSE = направление утратило силу во второй раз
ArchiveReason-ORGANISATION_CLOSED = организация закрыта
EndCause-CANCELLED = заявитель отменил направление
EndCause-LAPSED = срок направления истёк
EndCause-RECALLED = место отозвано
EndCause-REFUSED = организация отказала в приёме
EndCause-BENEFIT_NOT_CONFIRMED = льгота не подтверждена
EndCause-DOCUMENTS_REFUSED = документы не приняты
EndCause-WITHDRAWN = заявитель отозвал заявление
EndCause-SUSPENDED = заявление приостановлено
EndCause-ENROLLED = ребёнок зачислен
EndCause-SERVED_REGULAR = ребёнок получил постоянное место
EndCause-TEMPORARY_ENDED = срок временного места закончился
EndCause-NOT_VACATED = место не освободилось вовремя
EndCause-STOP_LIST_ENDED = срок в стоп-листе закончился
EndCause-RESTORED = уполномоченный орган восстановил заявление
RefusalReason-INCOMPLETE_PACKAGE = пакет документов неполный
RefusalReason-UNTRUE_DOCUMENTS = документы недостоверны
RefusalReason-REQUIREMENTS_NOT_MET = требования не выполнены
RefusalReason-NO_CONSENT = нет согласия на использование персональных данных
RefusalReason-NOT_SHOWN_IN_TIME = документы не показаны в срок
How-CHOICE = выбрано по приоритетному доступу
How-OPEN_CHOICE = выбрано из открытых
How-AUTOMATIC = дано в порядке заявлений
Ownership-STATE = государственная
Ownership-PRIVATE = частная
OrganisationKind-GENERAL = детский сад общего типа
OrganisationKind-SPECIAL = специальная организация
OrganisationKind-SANATORIUM = санаторная организация
EventType-OrganisationRegistered = регистрация организации
EventType-LocalActAdopted = местный акт
EventType-OrganisationClosed = закрытие организации
EventType-PlaceReleased = высвобождение места
EventType-PlaceVacated = сообщение о том, что место освободилось
EventType-PlaceRecalled = отзыв места
EventType-ApplicationSubmitted = подача заявления
EventType-DocumentsPresented = показ документов
EventType-DocumentsConfirmed = подтверждение документов
EventType-DocumentsRefused = отказ по документам
EventType-BenefitsChanged = изменение льгот
EventType-InterestConfirmed = подтверждение заинтересованности
EventType-ApplicationWithdrawn = отзыв заявления
EventType-ApplicantLinked = переход к другому представителю
EventType-ApplicationSuspended = приостановление заявления
EventType-ApplicationRestored = восстановление заявления
EventType-PlacesChosen = выбор места
EventType-ReferralDocumentsConfirmed = подтверждение документов по направлению
EventType-ReferralDocumentsRefused = отказ по документам направления
EventType-ReferralCancelled = отмена направления
EventType-ReferralExtended = продление направления
EventType-ChildEnrolled = зачисление ребёнка
EventType-AdmissionRefused = отказ в приёме ребёнка
EventType-ChildLeft = сообщение о выбытии ребёнка

## Строки таблицы качества и слова определений

quality-group = Группа
quality-row-papers_checked_in_time = Документы при регистрации проверены за 30 минут
quality-row-second_checks_in_time = Документы по направлению проверены до конца следующего рабочего дня
quality-row-messages_in_time = Сообщения доставлены заявителю вовремя
quality-row-places_published_rightly = Места опубликованы без ошибки
quality-row-referrals_kept = Направления, не прекращённые отзывом места
quality-row-admissions_granted = Дети приняты, из тех, о приёме которых решено
quality-row-satisfied_with_service = Заявители довольны качеством услуги
quality-row-papers_accepted = Заявления приняты при первой проверке
quality-row-applied_electronically = Заявления поданы электронно
quality-row-satisfied_with_information = Заявители довольны информацией о порядке подачи
quality-row-information_online = Услуги, информация о которых есть в интернете
quality-row-justified_complaints = Обоснованные жалобы, от числа обслуженных
quality-row-complaints_in_time = Обоснованные жалобы рассмотрены и удовлетворены в срок
quality-row-satisfied_with_appeals = Заявители довольны порядком обжалования
quality-row-satisfied_with_manners = Заявители довольны вежливостью персонала
QualityGroup-TIMELINESS = Своевременность
QualityGroup-QUALITY = Качество
QualityGroup-ACCESSIBILITY = Доступность
QualityGroup-APPEALS = Процесс обжалования
QualityGroup-COURTESY = Вежливость
QualityOrigin-STATED = указано уполномоченным органом
QualityOrigin-NOT_IN_THE_LOG = журнал этого не знает: нужен опрос
definitions-name = Показатель
definitions-indicators = Из каких индикаторов
start-crumb = Начало
