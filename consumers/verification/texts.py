"""The words of the check's report in English, Russian and Kazakh. Owns phrases only, never what is said when.

A finding's English template is the key of its translation (`translations`); what has none is said in English.
"""

import re
from string import Formatter

from consumers.history.texts import Language
from consumers.verification.findings import Finding
from consumers.verification.translations import TEMPLATES

# Control characters, and the marks that reorder text: a journal from elsewhere must not paint on a terminal.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
VALUE_LENGTH_MAX = 300

WORDS: dict[Language, dict[str, str]] = {
    Language.ENGLISH: {
        "holds": "The journal holds.",
        "broken": "The journal is broken.",
        "first": "First broken record",
        "where": "locality {locality}, sequence {sequence}, line {line}",
        "where_log": "locality {locality}, sequence {sequence}, partition {partition}, offset {offset}",
        "nowhere": "the whole journal",
        "rule": "rule {rule}",
        "more": "{count} broken records were named; with --all there may be more.",
        "read": "{records} records, {bytes} bytes in {seconds} s ({speed} records/s).",
        "compared": "{count} bulletins compared with those published.",
        "inputs": "{decided} input events have their record, {dead} their dead letter, {waiting} wait.",
        "publish": "Publish the heads: whoever has one sees later whether the journal was changed or cut off (--head).",
        "progress": "checking",
        "locality": "Locality",
        "records": "Records",
        "applications": "Applications",
        "places": "Places",
        "referrals": "Referrals",
        "bulletins": "Bulletins",
        "until": "Until",
        "head": "Head",
        "last": "Last bulletin",
        "chain_holds": "The chain of the published bulletins holds.",
        "chain_broken": "The chain of the published bulletins is broken.",
        "chain_note": (
            "Compare the last hash with one that you noted earlier or got from somebody else: a chain does "
            "not show that its end is missing, or that all of it was replaced. A journal shows more: oryn "
            "verify JOURNAL --bulletins FOLDER."
        ),
        "first_number": "First",
        "last_number": "Last",
        "bulletins_of": "locality {locality}",
    },
    Language.RUSSIAN: {
        "holds": "Журнал верен.",
        "broken": "Журнал нарушен.",
        "first": "Первая нарушенная запись",
        "where": "населённый пункт {locality}, номер записи {sequence}, строка {line}",
        "where_log": "населённый пункт {locality}, номер записи {sequence}, раздел {partition}, смещение {offset}",
        "nowhere": "журнал в целом",
        "rule": "правило {rule}",
        "more": "Названо нарушенных записей: {count}; с --all их может быть больше.",
        "read": "Записей: {records}, байтов: {bytes}, за {seconds} с ({speed} записей/с).",
        "compared": "Сверено с опубликованными бюллетеней: {count}.",
        "inputs": "Входящих событий с записью: {decided}, в недоставленных: {dead}, ожидают: {waiting}.",
        "publish": "Опубликуйте концы журналов: по ним позже видно, изменён ли журнал и обрезан ли он (--head).",
        "progress": "проверка",
        "locality": "Населённый пункт",
        "records": "Записи",
        "applications": "Заявления",
        "places": "Места",
        "referrals": "Направления",
        "bulletins": "Бюллетени",
        "until": "По",
        "head": "Конец журнала",
        "last": "Последний бюллетень",
        "chain_holds": "Цепочка опубликованных бюллетеней верна.",
        "chain_broken": "Цепочка опубликованных бюллетеней нарушена.",
        "chain_note": (
            "Сравните последний хэш с записанным раньше или полученным от других: по самой цепочке не "
            "видно, что отрезан её конец или заменена она вся. Больше показывает журнал: oryn verify ЖУРНАЛ "
            "--bulletins ПАПКА."
        ),
        "first_number": "Первый",
        "last_number": "Последний",
        "bulletins_of": "населённый пункт {locality}",
    },
    Language.KAZAKH: {
        "holds": "Журнал дұрыс.",
        "broken": "Журнал бұзылған.",
        "first": "Бірінші бұзылған жазба",
        "where": "елді мекен {locality}, жазба нөмірі {sequence}, жол {line}",
        "where_log": "елді мекен {locality}, жазба нөмірі {sequence}, бөлім {partition}, ығысу {offset}",
        "nowhere": "журнал тұтастай",
        "rule": "{rule} қағидасы",
        "more": "Аталған бұзылған жазбалар: {count}; --all арқылы одан көп болуы мүмкін.",
        "read": "Жазбалар: {records}, байттар: {bytes}, {seconds} с ішінде ({speed} жазба/с).",
        "compared": "Жарияланған бюллетеньдермен салыстырылды: {count}.",
        "inputs": "Кіріс оқиғалары: жазбасы бар: {decided}, жарамсыз: {dead}, күтуде: {waiting}.",
        "publish": "Журналдың соңғы хэштерін жариялаңыз: кейін өзгертілсе не қысқартылса, көрінеді (--head).",
        "progress": "тексеру",
        "locality": "Елді мекен",
        "records": "Жазбалар",
        "applications": "Өтініштер",
        "places": "Орындар",
        "referrals": "Жолдамалар",
        "bulletins": "Бюллетеньдер",
        "until": "Дейін",
        "head": "Журнал соңы",
        "last": "Соңғы бюллетень",
        "chain_holds": "Жарияланған бюллетеньдер тізбегі дұрыс.",
        "chain_broken": "Жарияланған бюллетеньдер тізбегі бұзылған.",
        "chain_note": (
            "Соңғы хэшті бұрын жазып алынған немесе басқалардан алынған хэшпен салыстырыңыз: тізбектің "
            "өзінен оның соңы кесілгені не түгел ауыстырылғаны көрінбейді. Журнал көбірек көрсетеді: oryn "
            "verify ЖУРНАЛ --bulletins ҚАЛТА."
        ),
        "first_number": "Бірінші",
        "last_number": "Соңғы",
        "bulletins_of": "елді мекен {locality}",
    },
}


def word(language: Language, name: str, **values: object) -> str:
    """A phrase of the report."""
    return WORDS[language][name].format(**values)


def what(language: Language, finding: Finding) -> str:
    """What is wrong with a record, without anything that could paint on a terminal."""
    template = TEMPLATES.get(language, {}).get(finding.template, finding.template)
    values = {name: _value(value) for name, value in finding.values.items()}
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", Formatter().vformat(template, (), values))


def _value(value: object) -> object:
    text = str(value)
    return value if isinstance(value, int) else text[:VALUE_LENGTH_MAX]


def where(language: Language, finding: Finding) -> str:
    """Where the fault is."""
    if not finding.line and not finding.locality:
        return word(language, "nowhere")
    locality = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", finding.locality[:64]) or "?"
    if finding.partition is not None:
        place = {"partition": finding.partition, "offset": finding.offset}
        return word(language, "where_log", locality=locality, sequence=finding.sequence or "?", **place)
    return word(language, "where", locality=locality, sequence=finding.sequence or "?", line=finding.line or "?")
