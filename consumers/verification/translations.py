"""What is wrong with a record, in Russian and Kazakh, by the English template. Owns words only."""

from consumers.history.texts import Language

_RUSSIAN: dict[str, str] = {
    "the cause does not say where its event stands": "причина не называет место события",
    "the event stood in partition {found} of its topic": "событие стояло в разделе {found} своей темы",
    "the event at offset {offset} of {topic} comes again, or too late": (
        "событие {topic} со смещением {offset} идёт повторно или слишком поздно"
    ),
    "{topic}/{partition}, offset {offset}, has two outcomes": "{topic}/{partition}, смещение {offset}: два исхода",
    "{topic}/{partition}, offset {offset}, has no outcome": "{topic}/{partition}, смещение {offset}: исхода нет",
    "{topic}/{partition} has {found} of the {expected} events that were decided": (
        "{topic}/{partition}: решено событий {expected}, в теме из них {found}"
    ),
    "the offset does not grow: it follows {last}": "смещение не растёт: оно следует за {last}",
    "the key is {key!r}, not the locality": "ключ — {key!r}, а не населённый пункт",
    "the locality belongs to partition {expected}": "населённый пункт относится к разделу {expected}",
    "this belongs to the opening of the queue {queue}": "это относится к открытию очереди {queue}",
    "the opening is at another time of the day": "открытие в другое время дня",
    "place {id} is {stage}, not LISTED": "место {id} — {stage}, а не LISTED",
    "the window of place {id} has not ended": "срок выбора места {id} не истёк",
    "application {id} stands in {name}": "заявление {id} стоит в очереди {name}",
    "application {id} is {where} or has access": "заявление {id} — {where} или имеет доступ",
    "access goes to {id}, but it is nobody's turn": "доступ получает {id}, хотя ничья очередь не подошла",
    "access goes to {id}, but the turn is that of {other}": "доступ получает {id}, а очередь — {other}",
    "{found} places on the list are not there": "мест в списке не {found}",
    "application {id} has no access": "у заявления {id} нет доступа",
    "the access of application {id} has not run out": "доступ заявления {id} не истёк",
    "the access of application {id} cannot be used": "доступ заявления {id} нельзя использовать",
    "the listed place {id} was not prioritised": "место {id} из бюллетеня не открыто для выбора",
    "place {id} opens before the older {other}": "место {id} открыто раньше более старого {other}",
    "the access of application {id} is used up without a referral": (
        "доступ заявления {id} израсходован без направления"
    ),
    "the holders of access in {queue} have no different places": (
        "в очереди {queue} на всех имеющих доступ не хватает разных мест"
    ),
    "a choice takes the place promised to one before it": "выбор забирает место, обещанное стоящему раньше",
    "place {place} waits though it suits application {id}": "место {place} ждёт, хотя подходит заявлению {id}",
    "application {id} was to be granted access": "заявление {id} должно было получить доступ",
    "the access of application {id} is revoked without need": "доступ заявления {id} отозван без нужды",
    "place {id} waits behind an ended window": "место {id} ждёт после истёкшего срока",
    "access is taken from {id}, though {other} stands behind it": "доступ отнят у {id}, хотя {other} стоит после",
    "application {id} has no live referral to {place}": "у заявления {id} нет действующего направления на {place}",
    "the child of application {id} does not sit on {place}": "ребёнок заявления {id} не занимает место {place}",
    "application {id} was registered before": "заявление {id} уже регистрировалось",
    "application {id} belongs to {name}": "заявление {id} относится к очереди {name}",
    "application {id} is submitted later than it is recorded": "заявление {id} подано позже, чем записано",
    "the child of application {id} is too old": "ребёнок заявления {id} старше допустимого",
    "application {id} is wrongly marked for private places": "заявление {id} неверно отмечено для частных мест",
    "the child of application {id} stands in this queue already": "ребёнок заявления {id} уже стоит в этой очереди",
    "application {id} is for a second kind without special needs": (
        "заявление {id} — во второй вид очереди без особых потребностей"
    ),
    "application {id} has nothing to wait for": "заявлению {id} нечего ждать",
    "application {id} is {where} and cannot be queued": "заявление {id} — {where} и не может встать в очередь",
    "application {id} joins at another time": "заявление {id} вступает в очередь в другое время",
    "the number in its group is {number}, not {found}": "номер в группе — {number}, а не {found}",
    "application {id} has the queue number {number}, not {found}": (
        "номер очереди заявления {id} — {number}, а не {found}"
    ),
    "application {id} is {where} and cannot be refused": "заявление {id} — {where} и не может быть отклонено",
    "application {id} is refused for another reason than its cause": (
        "заявление {id} отклонено по иной причине, чем вызвало запись"
    ),
    "the documents' deadline of application {id} has not run out": "срок документов заявления {id} не истёк",
    "application {id} is in the group {group}": "заявление {id} стоит в группе {group}",
    "application {id} may not be archived for {reason}": "заявление {id} нельзя отправить в архив по причине {reason}",
    "application {id} is {where}": "заявление {id} — {where}",
    "application {id} may not return for {cause}": "заявление {id} не может вернуться по причине {cause}",
    "application {id} has no such deadline": "у заявления {id} нет такого срока",
    "the referral of application {id} ended, and nothing followed": (
        "направление заявления {id} закончилось, и ничего не последовало"
    ),
    "application {id} has two live referrals": "у заявления {id} два действующих направления",
    "application {id} is off the order and has no number": "заявление {id} вне очереди и не имеет номера",
    "application {id} has another term on the stop list": "у заявления {id} другой срок в листе остановки",
    "application {id} is stopped without a lapse": "заявление {id} остановлено без пропуска срока",
    "application {id} is off the order and keeps its access": "заявление {id} вне очереди, но сохраняет доступ",
    "application {id} stands in {group}, not in {expected}": "заявление {id} стоит в группе {group}, а не {expected}",
    "application {id} left for good": "заявление {id} уже выбыло",
    "application {id} was never registered": "заявление {id} не регистрировалось",
    "place {id} is off offer for good": "место {id} больше не предлагается",
    "place {id} was never released": "место {id} не объявлялось",
    "the deadline {until} is not the end of the {days}th working day or later": (
        "срок {until} — не конец {days}-го рабочего дня и не позже"
    ),
    "a bulletin is issued by its timer only": "бюллетень выходит только по своему времени",
    "the bulletin should have the number {number}": "номер бюллетеня должен быть {number}",
    "the bulletin of {date} does not follow the day before": "бюллетень за {date} не следует за предыдущим днём",
    "the bulletin of {date} is issued on another day": "бюллетень за {date} выпущен в другой день",
    "the bulletin of {date} is issued at another time of the day": "бюллетень за {date} выпущен в другое время",
    "previous_bulletin_hash is not the hash of bulletin {number}": "previous_bulletin_hash — не хэш бюллетеня {number}",
    "the bulletin's content gives the hash {computed}": "содержание бюллетеня даёт хэш {computed}",
    "{expected} places were released since the last bulletin, {found} are listed": (
        "после прошлого бюллетеня объявлено мест: {expected}, в нём: {found}"
    ),
    "place {id} was not released at {at}": "место {id} объявлено не в {at}",
    "entry {id}: the admission is {expected}": "строка {id}: вид приёма — {expected}",
    "the recalled places are not those recalled since the last bulletin": (
        "отозванные места — не те, что отозваны после прошлого бюллетеня"
    ),
    "entry {id}: {name} is {found}, the place has {expected}": "строка {id}: {name} — {found}, а у места {expected}",
    "bulletin {number} was published with another hash": "бюллетень {number} опубликован с другим хэшем",
    "bulletin {number} is missing": "бюллетень {number} отсутствует",
    "bulletin {number} does not name the hash of the one before it": (
        "бюллетень {number} называет не хэш предыдущего бюллетеня"
    ),
    "bulletin {number} is not of the day after the one before it": (
        "бюллетень {number} — не за день, следующий за предыдущим"
    ),
    "sequence {found} follows {before}: a record is missing, doubled or out of its place": (
        "после записи {before} идёт {found}: запись пропала, удвоена или не на месте"
    ),
    "previous_hash is not the hash of record {before}": "previous_hash — не хэш записи {before}",
    "the content gives the hash {computed}: it was changed": "содержание даёт хэш {computed}: запись изменена",
    "the time goes back from {before}": "время идёт назад от {before}",
    "no rule pack is named": "не назван пакет правил",
    "hash is not 64 hexadecimal digits": "hash — не 64 шестнадцатеричные цифры",
    "the cause is neither an event nor a timer": "причина — ни событие, ни таймер",
    "the timer fired before it was due ({due})": "таймер сработал раньше срока ({due})",
    "the time {text!r} should be written {written}": "время {text!r} должно быть записано как {written}",
    "not a journal record: {error}": "не запись журнала: {error}",
    "the member {name!r} stands twice": "поле {name!r} стоит дважды",
    "{text!r} is not a time with an offset": "{text!r} — не время со смещением",
    "record {named} did not decide this event": "запись {named} не решала это событие",
    "event {id} was decided by record {known} already": "событие {id} уже решено записью {known}",
    "the first record of this event is {known}, not {named}": "первая запись этого события — {known}, а не {named}",
    "{cause} does not cause {fact}": "{cause} не вызывает {fact}",
    "a timer that changes nothing leaves no record": "таймер, который ничего не меняет, записи не оставляет",
    "the event has no outcome": "у события нет исхода",
    "a rejected or repeated event has that one fact and no other": (
        "у отклонённого или повторного события есть лишь этот факт"
    ),
    "application {id} left with a live referral or access": (
        "заявление {id} выбыло с действующим направлением или доступом"
    ),
    "organisation {id} is closed": "организация {id} закрыта",
    "the profiles of organisation {id} went or came from none": "профили организации {id} исчезли или возникли",
    "organisation {id} has no queue {name}": "у организации {id} нет очереди {name}",
    "the kind of organisation {id} changed": "вид организации {id} изменился",
    "organisation {id} is not there to be closed": "организации {id} нет, закрывать нечего",
    "place {id} was released before": "место {id} уже объявлялось",
    "organisation {id} is unknown or closed": "организация {id} неизвестна или закрыта",
    "a place with these terms belongs to {name}, not {queue}": (
        "место с такими условиями относится к {name}, а не {queue}"
    ),
    "the terms of place {id} are impossible": "условия места {id} невозможны",
    "place {id} returns without a referral that ended so": (
        "место {id} возвращается без направления, закончившегося так"
    ),
    "place {id} cannot be recalled now": "место {id} сейчас нельзя отозвать",
    "place {id} is there: its recall is not kept": "место {id} есть: отзыв не откладывается",
    "a recall is kept for 24 hours": "отзыв хранится 24 часа",
    "no such recall of place {id} was kept": "такой отзыв места {id} не хранился",
    "the recall of place {id} is kept until {until}": "отзыв места {id} хранится до {until}",
    "place {id} has not reached its end": "срок места {id} не закончился",
    "place {id} was not to be vacated": "место {id} не должно было освобождаться",
    "place {id} has no active referral to be filled from": "у места {id} нет активного направления для зачисления",
    "place {id} is {stage} but a referral to it lives": "место {id} — {stage}, но направление на него действует",
    "the stay on place {id} is not ended with it": "пребывание на месте {id} не закончено вместе с ним",
    "{text!r} is not a time of day": "{text!r} — не время дня",
    "the recall kept for place {id} is another": "для места {id} хранился другой отзыв",
    "place {id} is left without a referral and is not released again": (
        "место {id} осталось без направления и не объявлено вновь"
    ),
    "the rest of the stay on place {id} is not released again": "остаток места {id} не объявлен вновь",
    "place {id} was filled, but its referral did not end so": (
        "место {id} занято, но направление не закончилось зачислением"
    ),
    "place {id} of the closed organisation stays": "место {id} закрытой организации осталось",
    "application {id} to the closed organisation stays": "заявление {id} в закрытую организацию осталось",
    "the referral should have the number {number}": "номер направления должен быть {number}",
    "application {id} is {where}, not queued": "заявление {id} — {where}, а не в очереди",
    "place {id} has a live referral already": "на место {id} уже есть направление",
    "place {id} is {stage} and cannot be had so": "место {id} — {stage}, так его не получить",
    "place {id} is {stage}, not OPEN": "место {id} — {stage}, а не OPEN",
    "application {id} keeps the access that it uses": "заявление {id} сохраняет использованный доступ",
    "application {id} is not eligible for {place}": "заявление {id} не подходит для места {place}",
    "place {id} is not chosen but given": "место {id} не выбирают, а дают",
    "place {place} suits nobody who waits": "место {place} не подходит никому из ждущих",
    "place {place} goes to {id}, though it suits {first} before": (
        "место {place} получает {id}, хотя раньше стоит подходящее {first}"
    ),
    "the queue number {number} is beyond {most}": "номер очереди {number} больше {most}",
    "the referral of application {id} cannot become active so": "направление заявления {id} так не становится активным",
    "the referral of application {id} cannot be extended": "направление заявления {id} нельзя продлить",
    "{days} more days end at {until}": "продление на {days} дн. заканчивается {until}",
    "the referral has the number {number}": "номер направления — {number}",
    "the referral of application {id} may not end so ({cause})": (
        "направление заявления {id} не может так закончиться ({cause})"
    ),
    "application {id} has no stay on {place}": "у заявления {id} нет пребывания на {place}",
    "place {id} is {stage}": "место {id} — {stage}",
    "the older place {other} waits for application {id}": "более старое место {other} ждёт заявление {id}",
    "no local act drops the second check": "ни один местный акт не отменяет вторую проверку",
    "the children of one choice are not one applicant's in one organisation": (
        "дети одного выбора — не одного заявителя или не в одной организации"
    ),
    "application {id} takes the {stage} place {place} without access": (
        "заявление {id} берёт место {place} ({stage}) без доступа"
    ),
    "place {id} is for application {other}": "место {id} — для заявления {other}",
    "the bulletin of {date} is missing": "нет бюллетеня за {date}",
    "application {id} is over age and was not archived": "заявление {id} старше предела и не отправлено в архив",
    "{timer} of {subject} was due at {due} and did not happen": (
        "{timer} для {subject} должен был сработать {due} и не сработал"
    ),
    "longer than {most} bytes": "длиннее {most} байтов",
    "the locality {locality!r} is not a 9-digit KATO code": "населённый пункт {locality!r} — не девятизначный код КАТО",
    "this reader knows no rule pack {pack!r}": "эта проверка не знает пакета правил {pack!r}",
    "the rule pack changes to {pack!r} within a day": "пакет правил меняется на {pack!r} среди дня",
    "this reader cannot follow a queue that becomes automatic or ceases to be": (
        "эта проверка не умеет следить за очередью, которая становится автоматической или перестаёт ею быть"
    ),
    "place {id} opens after access was granted": "место {id} открыто после того, как предоставлен доступ",
    "the journal holds no record": "в журнале нет записей",
    "a head without its locality needs a journal of one locality": (
        "конец без населённого пункта — только для журнала с одним"
    ),
    "the journal holds nothing of this locality": "в журнале нет этого населённого пункта",
    "bulletin {number} was published, and the journal does not hold it": (
        "бюллетень {number} опубликован, а в журнале его нет"
    ),
    "the journal ends here, not with the record {expected}": "журнал кончается здесь, а не записью {expected}",
}

_KAZAKH: dict[str, str] = {
    "the cause does not say where its event stands": "себеп оқиғаның орнын атамайды",
    "the event stood in partition {found} of its topic": "оқиға өз тақырыбының {found} бөлімінде тұрған",
    "the event at offset {offset} of {topic} comes again, or too late": (
        "{topic} оқиғасы, ығысу {offset}: қайталанған не кешіккен"
    ),
    "{topic}/{partition}, offset {offset}, has two outcomes": "{topic}/{partition}, ығысу {offset}: екі нәтиже",
    "{topic}/{partition}, offset {offset}, has no outcome": "{topic}/{partition}, ығысу {offset}: нәтиже жоқ",
    "{topic}/{partition} has {found} of the {expected} events that were decided": (
        "{topic}/{partition}: шешілген оқиға: {expected}, тақырыпта бары: {found}"
    ),
    "the offset does not grow: it follows {last}": "ығысу өспейді: ол {last} мәнінен кейін тұр",
    "the key is {key!r}, not the locality": "кілт — {key!r}, елді мекен емес",
    "the locality belongs to partition {expected}": "елді мекен {expected} бөліміне жатады",
    "this belongs to the opening of the queue {queue}": "бұл {queue} кезегінің ашылуына жатады",
    "the opening is at another time of the day": "ашылу күннің басқа уақытында",
    "place {id} is {stage}, not LISTED": "{id} орны — {stage}, LISTED емес",
    "the window of place {id} has not ended": "{id} орнын таңдау мерзімі аяқталмаған",
    "application {id} stands in {name}": "{id} өтініші {name} кезегінде тұр",
    "application {id} is {where} or has access": "{id} өтініші — {where} немесе оның қолжетімділігі бар",
    "access goes to {id}, but it is nobody's turn": (
        "қолжетімділік {id} өтінішіне берілді, бірақ ешкімнің кезегі келмеген"
    ),
    "access goes to {id}, but the turn is that of {other}": "қолжетімділік {id} өтінішіне берілді, ал кезек — {other}",
    "{found} places on the list are not there": "тізімде {found} орын жоқ",
    "application {id} has no access": "{id} өтінішінің қолжетімділігі жоқ",
    "the access of application {id} has not run out": "{id} өтінішінің қолжетімділік мерзімі өтпеген",
    "the access of application {id} cannot be used": "{id} өтінішінің қолжетімділігін пайдалануға болмайды",
    "the listed place {id} was not prioritised": "бюллетеньдегі {id} орны таңдауға ашылмаған",
    "place {id} opens before the older {other}": "{id} орны одан бұрынғы {other} орнынан ерте ашылған",
    "the access of application {id} is used up without a referral": (
        "{id} өтінішінің қолжетімділігі жолдамасыз жұмсалған"
    ),
    "the holders of access in {queue} have no different places": (
        "{queue} кезегінде қолжетімділігі барлардың бәріне әртүрлі орын жетпейді"
    ),
    "a choice takes the place promised to one before it": "таңдау алдыңғыға уәде етілген орынды алады",
    "place {place} waits though it suits application {id}": "{place} орны {id} өтінішіне сай болса да күтіп тұр",
    "application {id} was to be granted access": "{id} өтінішіне қолжетімділік берілуі тиіс еді",
    "the access of application {id} is revoked without need": (
        "{id} өтінішінің қолжетімділігі қажетсіз қайтарып алынған"
    ),
    "place {id} waits behind an ended window": "{id} орны мерзімі өтсе де күтіп тұр",
    "access is taken from {id}, though {other} stands behind it": (
        "{other} кейін тұрса да қолжетімділік {id} өтінішінен алынған"
    ),
    "application {id} has no live referral to {place}": "{id} өтінішінің {place} орнына қолданыстағы жолдамасы жоқ",
    "the child of application {id} does not sit on {place}": "{id} өтінішінің баласы {place} орнында емес",
    "application {id} was registered before": "{id} өтініші бұрын тіркелген",
    "application {id} belongs to {name}": "{id} өтініші {name} кезегіне жатады",
    "application {id} is submitted later than it is recorded": "{id} өтініші жазылғаннан кейін берілген",
    "the child of application {id} is too old": "{id} өтінішінің баласы жасынан асқан",
    "application {id} is wrongly marked for private places": "{id} өтініші жеке орындарға қате белгіленген",
    "the child of application {id} stands in this queue already": "{id} өтінішінің баласы бұл кезекте тұр",
    "application {id} is for a second kind without special needs": (
        "{id} өтініші ерекше қажеттіліксіз екінші кезек түріне берілген"
    ),
    "application {id} has nothing to wait for": "{id} өтініші күтетін ештеңе жоқ",
    "application {id} is {where} and cannot be queued": "{id} өтініші — {where}, кезекке қойыла алмайды",
    "application {id} joins at another time": "{id} өтініші кезекке басқа уақытта қосылады",
    "the number in its group is {number}, not {found}": "тобындағы нөмірі — {number}, {found} емес",
    "application {id} has the queue number {number}, not {found}": (
        "{id} өтінішінің кезек нөмірі — {number}, {found} емес"
    ),
    "application {id} is {where} and cannot be refused": "{id} өтініші — {where}, оны қабылдамауға болмайды",
    "application {id} is refused for another reason than its cause": (
        "{id} өтініші жазбаның себебінен басқа себеппен қабылданбаған"
    ),
    "the documents' deadline of application {id} has not run out": "{id} өтінішінің құжат мерзімі өтпеген",
    "application {id} is in the group {group}": "{id} өтініші {group} тобында",
    "application {id} may not be archived for {reason}": "{id} өтінішін {reason} себебімен архивке жіберуге болмайды",
    "application {id} is {where}": "{id} өтініші — {where}",
    "application {id} may not return for {cause}": "{id} өтініші {cause} себебімен орала алмайды",
    "application {id} has no such deadline": "{id} өтінішінің мұндай мерзімі жоқ",
    "the referral of application {id} ended, and nothing followed": (
        "{id} өтінішінің жолдамасы аяқталды, бірақ соңы жоқ"
    ),
    "application {id} has two live referrals": "{id} өтінішінің екі қолданыстағы жолдамасы бар",
    "application {id} is off the order and has no number": "{id} өтініші кезектен тыс, нөмірі жоқ",
    "application {id} has another term on the stop list": "{id} өтінішінің тоқтату парағындағы мерзімі басқа",
    "application {id} is stopped without a lapse": "{id} өтініші мерзімі өтпей тоқтатылған",
    "application {id} is off the order and keeps its access": "{id} өтініші кезектен шықса да қолжетімділігі сақталған",
    "application {id} stands in {group}, not in {expected}": "{id} өтініші {expected} емес, {group} тобында тұр",
    "application {id} left for good": "{id} өтініші біржола шыққан",
    "application {id} was never registered": "{id} өтініші тіркелмеген",
    "place {id} is off offer for good": "{id} орны енді ұсынылмайды",
    "place {id} was never released": "{id} орны жарияланбаған",
    "the deadline {until} is not the end of the {days}th working day or later": (
        "{until} мерзімі {days}-жұмыс күнінің соңы да, одан кейін де емес"
    ),
    "a bulletin is issued by its timer only": "бюллетень тек өз уақытында шығады",
    "the bulletin should have the number {number}": "бюллетень нөмірі {number} болуы тиіс",
    "the bulletin of {date} does not follow the day before": "{date} бюллетені алдыңғы күннен кейін емес",
    "the bulletin of {date} is issued on another day": "{date} бюллетені басқа күні шығарылған",
    "the bulletin of {date} is issued at another time of the day": "{date} бюллетені басқа уақытта шығарылған",
    "previous_bulletin_hash is not the hash of bulletin {number}": (
        "previous_bulletin_hash {number} бюллетенінің хэші емес"
    ),
    "the bulletin's content gives the hash {computed}": "бюллетень мазмұнының хэші — {computed}",
    "{expected} places were released since the last bulletin, {found} are listed": (
        "өткен бюллетеннен кейін жарияланған орындар: {expected}, тізімде: {found}"
    ),
    "place {id} was not released at {at}": "{id} орны {at} уақытында жарияланбаған",
    "entry {id}: the admission is {expected}": "{id} жолы: қабылдау түрі — {expected}",
    "the recalled places are not those recalled since the last bulletin": (
        "кері алынған орындар өткен бюллетеннен бергілер емес"
    ),
    "entry {id}: {name} is {found}, the place has {expected}": "{id} жолы: {name} — {found}, орында {expected}",
    "bulletin {number} was published with another hash": "{number} бюллетені басқа хэшпен жарияланған",
    "bulletin {number} is missing": "{number} бюллетені жоқ",
    "bulletin {number} does not name the hash of the one before it": (
        "{number} бюллетеніндегі хэш алдыңғы бюллетеннің хэші емес"
    ),
    "bulletin {number} is not of the day after the one before it": (
        "{number} бюллетені алдыңғы бюллетеннен кейінгі күннің бюллетені емес"
    ),
    "sequence {found} follows {before}: a record is missing, doubled or out of its place": (
        "{before} жазбасынан кейін {found}: жазба жоқ, қайталанған немесе орнында емес"
    ),
    "previous_hash is not the hash of record {before}": "previous_hash {before} жазбасының хэші емес",
    "the content gives the hash {computed}: it was changed": "мазмұн хэші {computed}: жазба өзгертілген",
    "the time goes back from {before}": "уақыт {before} мезетінен кері кетеді",
    "no rule pack is named": "қағидалар жинағы аталмаған",
    "hash is not 64 hexadecimal digits": "hash 64 он алтылық цифр емес",
    "the cause is neither an event nor a timer": "себеп оқиға да, таймер де емес",
    "the timer fired before it was due ({due})": "таймер мерзімінен бұрын іске қосылған ({due})",
    "the time {text!r} should be written {written}": "{text!r} уақыты {written} деп жазылуы тиіс",
    "not a journal record: {error}": "журнал жазбасы емес: {error}",
    "the member {name!r} stands twice": "{name!r} өрісі екі рет тұр",
    "{text!r} is not a time with an offset": "{text!r} ығысуы бар уақыт емес",
    "record {named} did not decide this event": "{named} жазбасы бұл оқиғаны шешпеген",
    "event {id} was decided by record {known} already": "{id} оқиғасы {known} жазбасымен шешілген",
    "the first record of this event is {known}, not {named}": "бұл оқиғаның бірінші жазбасы — {known}, {named} емес",
    "{cause} does not cause {fact}": "{cause} {fact} тудырмайды",
    "a timer that changes nothing leaves no record": "ештеңе өзгертпеген таймер жазба қалдырмайды",
    "the event has no outcome": "оқиғаның нәтижесі жоқ",
    "a rejected or repeated event has that one fact and no other": (
        "қабылданбаған немесе қайталанған оқиғада тек сол факт болады"
    ),
    "application {id} left with a live referral or access": (
        "{id} өтініші қолданыстағы жолдамамен не қолжетімділікпен шыққан"
    ),
    "organisation {id} is closed": "{id} ұйымы жабылған",
    "the profiles of organisation {id} went or came from none": "{id} ұйымының профильдері жоғалған не пайда болған",
    "organisation {id} has no queue {name}": "{id} ұйымында {name} кезегі жоқ",
    "the kind of organisation {id} changed": "{id} ұйымының түрі өзгерген",
    "organisation {id} is not there to be closed": "жабатын {id} ұйымы жоқ",
    "place {id} was released before": "{id} орны бұрын жарияланған",
    "organisation {id} is unknown or closed": "{id} ұйымы белгісіз немесе жабылған",
    "a place with these terms belongs to {name}, not {queue}": (
        "мұндай шарттағы орын {queue} емес, {name} кезегіне жатады"
    ),
    "the terms of place {id} are impossible": "{id} орнының шарттары мүмкін емес",
    "place {id} returns without a referral that ended so": "{id} орны олай аяқталған жолдамасыз қайтады",
    "place {id} cannot be recalled now": "{id} орнын қазір кері алуға болмайды",
    "place {id} is there: its recall is not kept": "{id} орны бар: кері алу сақталмайды",
    "a recall is kept for 24 hours": "кері алу 24 сағат сақталады",
    "no such recall of place {id} was kept": "{id} орнының мұндай кері алуы сақталмаған",
    "the recall of place {id} is kept until {until}": "{id} орнының кері алуы {until} дейін сақталады",
    "place {id} has not reached its end": "{id} орнының мерзімі бітпеген",
    "place {id} was not to be vacated": "{id} орны босатылуға тиіс емес еді",
    "place {id} has no active referral to be filled from": "{id} орнында қабылдауға белсенді жолдама жоқ",
    "place {id} is {stage} but a referral to it lives": "{id} орны — {stage}, бірақ оған жолдама қолданыста",
    "the stay on place {id} is not ended with it": "{id} орнындағы болу онымен бірге аяқталмаған",
    "{text!r} is not a time of day": "{text!r} күн уақыты емес",
    "the recall kept for place {id} is another": "{id} орны үшін басқа кері алу сақталған",
    "place {id} is left without a referral and is not released again": (
        "{id} орны жолдамасыз қалып, қайта жарияланбаған"
    ),
    "the rest of the stay on place {id} is not released again": "{id} орнының қалған мерзімі қайта жарияланбаған",
    "place {id} was filled, but its referral did not end so": "{id} орны толды, бірақ жолдама қабылдаумен аяқталмаған",
    "place {id} of the closed organisation stays": "жабылған ұйымның {id} орны қалған",
    "application {id} to the closed organisation stays": "жабылған ұйымға {id} өтініші қалған",
    "the referral should have the number {number}": "жолдама нөмірі {number} болуы тиіс",
    "application {id} is {where}, not queued": "{id} өтініші — {where}, кезекте емес",
    "place {id} has a live referral already": "{id} орнына жолдама бар",
    "place {id} is {stage} and cannot be had so": "{id} орны — {stage}, оны бұлай алуға болмайды",
    "place {id} is {stage}, not OPEN": "{id} орны — {stage}, OPEN емес",
    "application {id} keeps the access that it uses": "{id} өтініші пайдаланған қолжетімділігін сақтайды",
    "application {id} is not eligible for {place}": "{id} өтініші {place} орнына сай емес",
    "place {id} is not chosen but given": "{id} орны таңдалмайды, беріледі",
    "place {place} suits nobody who waits": "{place} орны күтіп тұрғандардың ешқайсысына сай емес",
    "place {place} goes to {id}, though it suits {first} before": (
        "{place} орны {id} өтінішіне берілді, бірақ оған дейін {first} сай келеді"
    ),
    "the queue number {number} is beyond {most}": "кезек нөмірі {number} {most} шегінен асады",
    "the referral of application {id} cannot become active so": "{id} өтінішінің жолдамасы бұлай белсенді болмайды",
    "the referral of application {id} cannot be extended": "{id} өтінішінің жолдамасын ұзартуға болмайды",
    "{days} more days end at {until}": "{days} күнге ұзарту {until} аяқталады",
    "the referral has the number {number}": "жолдама нөмірі — {number}",
    "the referral of application {id} may not end so ({cause})": (
        "{id} өтінішінің жолдамасы олай аяқтала алмайды ({cause})"
    ),
    "application {id} has no stay on {place}": "{id} өтінішінің {place} орнында болуы жоқ",
    "place {id} is {stage}": "{id} орны — {stage}",
    "the older place {other} waits for application {id}": "бұрынғы {other} орны {id} өтінішін күтіп тұр",
    "no local act drops the second check": "екінші тексеруді алып тастайтын жергілікті акт жоқ",
    "the children of one choice are not one applicant's in one organisation": (
        "бір таңдаудағы балалар бір өтініш берушінікі не бір ұйымда емес"
    ),
    "application {id} takes the {stage} place {place} without access": (
        "{id} өтініші {place} орнын ({stage}) қолжетімділіксіз алады"
    ),
    "place {id} is for application {other}": "{id} орны {other} өтінішіне арналған",
    "the bulletin of {date} is missing": "{date} бюллетені жоқ",
    "application {id} is over age and was not archived": "{id} өтініші жастан асқан, бірақ архивке жіберілмеген",
    "{timer} of {subject} was due at {due} and did not happen": "{subject} үшін {timer} {due} болуы тиіс еді, болмады",
    "longer than {most} bytes": "{most} байттан ұзын",
    "the locality {locality!r} is not a 9-digit KATO code": "{locality!r} елді мекені тоғыз таңбалы ӘАОЖ коды емес",
    "this reader knows no rule pack {pack!r}": "бұл тексеру {pack!r} қағидалар жинағын білмейді",
    "the rule pack changes to {pack!r} within a day": "қағидалар жинағы күн ортасында {pack!r} болып өзгереді",
    "this reader cannot follow a queue that becomes automatic or ceases to be": (
        "бұл тексеру автоматты болатын немесе автоматты болудан қалатын кезекті бақылай алмайды"
    ),
    "place {id} opens after access was granted": "{id} орны қолжетімділік берілгеннен кейін ашылған",
    "the journal holds no record": "журналда жазба жоқ",
    "a head without its locality needs a journal of one locality": (
        "елді мекенсіз соңғы хэш тек бір елді мекен журналына жарайды"
    ),
    "the journal holds nothing of this locality": "журналда бұл елді мекен жоқ",
    "bulletin {number} was published, and the journal does not hold it": "{number} бюллетені жарияланған, журналда жоқ",
    "the journal ends here, not with the record {expected}": "журнал {expected} жазбасымен емес, осы жерде аяқталады",
}

TEMPLATES = {Language.RUSSIAN: _RUSSIAN, Language.KAZAKH: _KAZAKH}
