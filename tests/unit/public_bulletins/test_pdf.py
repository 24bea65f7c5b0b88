"""The printed bulletin: what it says, in which letters, for whom it can be read, and that hostile names stay names."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from consumers.public_bulletins.model import BulletinView
from consumers.public_bulletins.pdf import Press, render
from consumers.public_bulletins.pdf_content import COVERED, MISSING, WEIGHT_MAX, content, printable, weight
from consumers.public_bulletins.words import Language, sources
from schemas.events import Attendance
from schemas.facts import BulletinEntry, RecalledEntry
from schemas.instants import Instant
from schemas.outputs import Bulletin
from schemas.words import Admission, GroupType, RecallReason, Regime
from schemas.zones import zone_of

ASTANA = "710000000"
ISSUED_AT = zone_of(ASTANA).at(date(2021, 6, 10).toordinal() - date(1970, 1, 1).toordinal(), 18 * 60)
KAZAKH = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі"
HASH = hashlib.sha256(b"this").hexdigest()
PREVIOUS = hashlib.sha256(b"previous").hexdigest()
HOSTILE = [
    '#panic("gone")',
    '#read("/etc/passwd")',
    "*bold* _slanted_ `raw` $x^2$ = heading",
    "<label> @reference // a comment /* and */ more",
    "\\ ] } ) #[ #{ #(",
    '"; #import "@preview/x:1.0.0"; "',
    "{page} of {pages}",
]


def entry(number: int, organisation: str = "org-1", **changed: Any) -> BulletinEntry:
    given: dict[str, Any] = {
        "place_id": f"pl-{number:06}",
        "organisation_id": organisation,
        "queue": "general/2018",
        "at": Instant(ISSUED_AT - 3_600_000 + 1_000 * number),
        "birth_year": 2018,
        "age_from": 2,
        "age_to": 3,
        "language": "kk",
        "group_type": GroupType.GENERAL_DEVELOPMENTAL,
        "regime": Regime.FULL_DAY,
        "admission": Admission.REGULAR,
        "admission_from": date(2021, 9, 1),
    }
    return BulletinEntry(**{**given, **changed})


def view(entries: Sequence[BulletinEntry] = (), recalled: Sequence[RecalledEntry] = (), **names: str) -> BulletinView:
    issued = Bulletin(ASTANA, 3, date(2021, 6, 10), tuple(entries), tuple(recalled), PREVIOUS, HASH, 151, ISSUED_AT)
    return BulletinView(issued, {name.replace("_", "-"): title for name, title in names.items()})


def pages(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces, as one who copies it gets it."""
    return [re.sub(r"\s+", " ", each.extract_text().replace("\u200b", "")) for each in PdfReader(BytesIO(pdf)).pages]


def whole(pdf: bytes) -> str:
    return " ".join(pages(pdf))


@cache
def sample() -> BulletinView:
    spans = (Attendance(date(2021, 9, 1), date(2021, 9, 30)), Attendance(date(2022, 3, 1), date(2022, 4, 30)))
    return view(
        [
            entry(1),
            entry(2),
            entry(3, language="ru", regime=Regime.ROUND_THE_CLOCK, age_from=3, age_to=3),
            entry(4, "org-2", admission=Admission.TEMPORARY, admission_until=date(2022, 5, 31), attendance=spans),
            entry(
                5,
                "org-3",
                queue="special/org-3/2017/көру",
                birth_year=2017,
                group_type=GroupType.SPECIAL,
                admission=Admission.EARLY,
                at=Instant(ISSUED_AT - 23 * 3_600_000),
            ),
        ],
        [RecalledEntry("pl-000777", RecallReason.QUARANTINE, Instant(ISSUED_AT - 60_000))],
        org_1="«Балапан» бөбекжайы",
        org_2="Ясли-сад № 2",
    )


def test_all_terms_of_all_places_are_on_the_sheet() -> None:
    said = whole(render(sample(), Language.RUSSIAN))
    for wanted in (
        "Бюллетень № 3",
        "Астана",
        "10 июня 2021 г.",
        "Высвобожденные места: 5",
        "«Балапан» бөбекжайы",
        "Организация org-1, 3 места",
        "Общая очередь, 2018 год рождения",
        "2–3 года",
        "3 года",
        "казахский",
        "общеразвивающая группа",
        "круглосуточно",
        "постоянное место, с 01.09.2021",
        "pl-000001 17:00:01",
        "pl-000002 17:00:02",
        "временное место, с 01.09.2021 по 31.05.2022",
        "01.09.2021 – 30.09.2021; 01.03.2022 – 30.04.2022",
        "специальная группа",
        "көру",
        # Released before the last bulletin's hour: on the day before.
        "pl-000005 09.06.2021 19:00:00",
        "Отозванные места: 1",
        "pl-000777 карантин 10.06.2021 17:59:00",
        "07:00 следующего дня (11 июня 2021 г.)",
        " ".join(HASH[at : at + 8] for at in range(0, 64, 8)),
        " ".join(PREVIOUS[at : at + 8] for at in range(0, 64, 8)),
        "Запись журнала: 151",
        "Страница 1 из",
    ):
        assert wanted in said, wanted


def test_an_organisation_without_a_name_is_called_by_its_id() -> None:
    names = [each["name"] for each in content(sample(), Language.ENGLISH)["organisations"]]
    assert set(names) == {"«Балапан» бөбекжайы", "Ясли-сад № 2", "org-3"}


def test_an_empty_bulletin_says_that_it_is_empty() -> None:
    for language, words in (
        (Language.KAZAKH, "босатылған да, кері қайтарып алынған да орын жоқ"),
        (Language.RUSSIAN, "нет ни высвобожденных, ни отозванных мест"),
        (Language.ENGLISH, "no places are released and none are recalled"),
    ):
        (page,) = pages(render(view(), language))
        assert words in page
        assert "07:00" not in page
        assert HASH[:8] in page


def test_kazakh_letters_are_letters_of_an_embedded_font() -> None:
    made = render(view([entry(1)], org_1=KAZAKH), Language.KAZAKH)
    assert KAZAKH in whole(made)
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in PdfReader(BytesIO(made)).pages
        for font in resources(page)["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object())
    names = {str(font["/BaseFont"]) for font in fonts}
    assert any("Libertinus" in name for name in names) and any("DejaVu" in name for name in names)


def resources(page: Any) -> Any:
    return page["/Resources"]


def test_each_kazakh_letter_is_a_picture_of_its_own() -> None:
    press = Press()

    def look(text: str) -> bytes:
        return b"".join(press.pictures(view([entry(1)], org_1=text), Language.RUSSIAN, 40))

    letters = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
    # The letters that a wrong font would put in their places. The small shha looks like the Latin h.
    others = "АаГгКкНнОоУуYyИи" + MISSING
    assert len({look(each * 8) for each in letters + others}) == len(letters + others)


def test_screen_readers_find_language_title_and_structure() -> None:
    for language in Language:
        reader = PdfReader(BytesIO(render(sample(), language)))
        root: Any = reader.root_object
        assert root["/Lang"] == str(language)
        assert root["/MarkInfo"]["/Marked"].value is True
        assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
        assert reader.metadata is not None and "3" in str(reader.metadata.title)
        xmp = root["/Metadata"].get_object().get_data()
        assert b"<pdfuaid:part>1</pdfuaid:part>" in xmp
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in xmp
        # A table's head is made of head cells.
        assert {"/Table", "/THead", "/TH", "/TD", "/H1"} <= kinds_below(root["/StructTreeRoot"])


def kinds_below(node: Any) -> set[str]:
    """The kinds of structure elements below one."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop().get_object()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            found.add(str(each.get("/S")))
            if "/K" in each and not isinstance(each["/K"], int):
                waiting.append(each["/K"])
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name(name: str) -> None:
    hostile = view([entry(1, queue=f"special/org-1/2018/{name.replace('/', '|')}")], org_1=name)
    assert name in whole(render(hostile, Language.ENGLISH)).replace("  ", " ")


def test_what_hides_or_reorders_or_covers_other_text_is_not_printed() -> None:
    assert printable("a\u202eb\u200bc\u0007d\ufeffe") == f"a{MISSING}b{MISSING}c{MISSING}d{MISSING}e"
    assert printable("漢😀ع") == MISSING * 3
    assert printable("и\u0306") == "й"
    zalgo = printable("o" + "\u0335\u0321\u0346" * 80)
    assert len(zalgo) == 3
    assert "\u200b" in printable("W" * 256)
    render(view([entry(1)], org_1="漢😀ع\u202e" + "W" * 200 + "\u0335" * 50), Language.KAZAKH)


def test_long_words_stay_between_the_margins() -> None:
    long = view(
        [entry(1, "o" * 64, place_id="P" * 64, queue=f"special/{'o' * 64}/2018/{'Ж' * 64}", at=Instant(1))],
        [RecalledEntry("R" * 64, RecallReason.CLOSURE, Instant(1))],
    )
    long = BulletinView(long.issued, {"o" * 64: "Щ" * 256})
    right = 0.0
    for page in PdfReader(BytesIO(render(long, Language.RUSSIAN))).pages:
        places: list[float] = []

        def visit(text: str, _cm: Any, tm: Any, _font: Any, _size: Any, places: list[float] = places) -> None:
            if text.strip():
                places.append(tm[4])

        page.extract_text(visitor_text=visit)
        right = max(right, *places)
    # A4 is 595 points wide.
    assert 0 < right < 595 - 42


def test_the_fonts_have_what_is_said_to_be_covered() -> None:
    signs: list[str] = []
    for found in re.finditer("(.)(?:-(.))?", COVERED.replace("\\", ""), re.DOTALL):
        first, last = ord(found[1]), ord(found[2] or found[1])
        signs += [chr(each) for each in range(first, last + 1)]
    assert len(signs) > 700
    text = [each for each in signs if not "\u0300" <= each <= "\u036f"]
    marks = [f"o{each}" for each in signs if "\u0300" <= each <= "\u036f"]
    names = ["".join(part[at : at + 250]) for part in (text, marks) for at in range(0, len(part), 250)]
    assert not [each for each in names if MISSING in printable(each).replace("\u25a1", "", each.count("\u25a1"))]
    # The compiler refuses a letter that its font lacks.
    places = [entry(at, f"org-{at}", queue=f"special/x/2018/{name}") for at, name in enumerate(names)]
    made = BulletinView(view(places).issued, {f"org-{at}": name for at, name in enumerate(names)})
    render(made, Language.KAZAKH)


def test_heads_and_page_numbers_are_on_every_page() -> None:
    made = view([entry(at, f"org-{at // 3}", regime=list(Regime)[at % 3]) for at in range(90)], org_0="Бірінші")
    said = pages(render(made, Language.KAZAKH))
    assert len(said) > 2
    for number, page in enumerate(said, start=1):
        assert f"{len(said)} беттің {number}-беті" in page
        if "pl-" in page:
            assert "Орындардың нөмірлері және босатылған уақыты" in page
        if number > 1:
            assert "№ 3 бюллетень, Астана, 2021 жылғы 10 маусым" in page
    assert all(f"pl-{at:06}" in " ".join(said) for at in range(90))


def test_a_bulletin_too_heavy_for_paper_says_how_many_places_each_organisation_has() -> None:
    places = [entry(at, f"org-{at % 7}") for at in range(WEIGHT_MAX)]
    heavy = view(places, org_0="Бірінші")
    assert weight(heavy) > WEIGHT_MAX
    said = whole(render(heavy, Language.ENGLISH))
    assert "There are more places than paper has room for" in said
    assert "Released places: 100,000" in said
    assert "Бірінші org-0 14,286" in said
    assert "pl-000001" not in said


def test_the_same_bulletin_gives_the_same_bytes_in_every_process() -> None:
    ours = {str(language): hashlib.sha256(render(sample(), language)).hexdigest() for language in Language}
    program = (
        "import hashlib\n"
        "from consumers.public_bulletins.pdf import render\n"
        "from consumers.public_bulletins.words import Language\n"
        "from tests.unit.public_bulletins.test_pdf import sample\n"
        "print({str(each): hashlib.sha256(render(sample(), each)).hexdigest() for each in Language})\n"
    )
    theirs = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert theirs.strip() == str(ours)


def test_the_date_of_the_document_is_that_of_the_bulletin() -> None:
    reader = PdfReader(BytesIO(render(sample(), Language.RUSSIAN)))
    assert reader.metadata is not None and reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.timestamp() * 1_000 == ISSUED_AT


def test_the_words_of_the_sheet_are_there_in_every_language_with_the_same_variables() -> None:
    def shape(language: Language) -> dict[str, set[str]]:
        text = sources(language)[f"pdf-{language}.ftl"]
        messages = re.findall(r"^(pdf-[a-z-]+) = (.+)$", text, re.MULTILINE)
        return {name: set(re.findall(r"\$([a-z]+)", said)) for name, said in messages}

    assert shape(Language.KAZAKH) == shape(Language.RUSSIAN) == shape(Language.ENGLISH)
