"""Nothing that an event says becomes markup, a formula, a file name or a command: every field is hostile here."""

import csv
import io
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from consumers.public_bulletins.bulletin_pages import CONTENTS_MAX, bulletin_pages
from consumers.public_bulletins.model import BulletinView
from consumers.public_bulletins.order_pages import OrderView, order_csv, order_pages, slug_of
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.words import Language
from consumers.register_files.bulletins import harmless, table
from schemas.events import Attendance
from schemas.facts import BulletinEntry, RecalledEntry
from schemas.instants import Instant, parse_instant
from schemas.outputs import Bulletin, OrderRow, OrderStatus
from schemas.words import Admission, Group, GroupType, RecallReason, Regime
from tests.unit.public_bulletins.sites import ASTANA, contents, parsed, site_of

AT = parse_instant("2021-06-10T18:00:00.000+06:00")
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;]]></name>",
    '=HYPERLINK("http://evil")',
    "+1-1",
    "-2+3",
    "@SUM(A1)",
    "\uff1d1+1",
    "\u202egnirts \u200b hidden",
    "../../etc/passwd",
    'a, "b"\nc',
    "Ә" * 300,
)
PAGES = Pages(PageSettings())
ALLOWED = {
    "a b body caption code dd details div dl dt footer h1 h2 h3 head header html li link main meta nav ol p pre",
    "section small span summary table tbody td th thead title tr ul",
}


def entry(number: int, organisation: str, queue: str = "general/2018", **changed: object) -> BulletinEntry:
    fields: dict[str, object] = {
        "place_id": f"-p:{number}",
        "organisation_id": organisation,
        "queue": queue,
        "at": Instant(AT - 1_000 - number),
        "birth_year": 2018,
        "age_from": 2,
        "age_to": 3,
        "language": "kk",
        "group_type": GroupType.GENERAL_DEVELOPMENTAL,
        "regime": Regime.FULL_DAY,
        "admission": Admission.TEMPORARY,
        "admission_from": date(2021, 9, 1),
        "admission_until": date(2021, 12, 1),
        "attendance": (Attendance(date(2021, 9, 1), date(2021, 9, 5)),),
    }
    return BulletinEntry(**(fields | changed))  # type: ignore[arg-type]  # names and types are those above


def view_of(
    entries: tuple[BulletinEntry, ...], names: dict[str, str], recalled: tuple[RecalledEntry, ...] = ()
) -> BulletinView:
    return BulletinView(Bulletin(ASTANA, 1, date(2021, 6, 10), entries, recalled, "0" * 64, "a" * 64, 5, AT), names)


def harmless_page(data: bytes) -> str:
    """What a page says; it must have only elements and attributes of its templates."""
    page = parsed(data)
    allowed = set(" ".join(ALLOWED).split())
    for element in page.all():
        assert not element.tag or element.tag in allowed, element.tag
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)
        link = element.attributes.get("href", "")
        assert link.startswith("data:image/svg+xml,") or ":" not in link
    return page.text()


@pytest.mark.parametrize("nasty", NASTY)
def test_a_name_or_a_profile_stays_text(nasty: str, tmp_path: Path) -> None:
    profile = "".join(each for each in nasty if each >= " " and each != "/")[:64]
    queue = f"special/-o:1/2018/{profile}"
    view = view_of((entry(1, "-o:1", queue), entry(2, "..", language="k<k")), {"-o:1": nasty, "..": nasty})
    site = site_of(tmp_path, PageSettings(publisher=nasty))
    site.publish(view)
    site.finish()
    files = contents(tmp_path)
    assert all(name.replace("/", "").replace("-", "").replace(".", "").isalnum() for name in files)
    for name, data in files.items():
        if name.endswith(".html"):
            said = harmless_page(data)
            if "bulletin-" in name and nasty.isprintable():
                assert " ".join(nasty.split()) in said
            assert "\u202e" not in said
        if name.endswith(".atom"):
            ElementTree.fromstring(data)  # noqa: S314 - ours
    rows = list(csv.reader(io.StringIO(files[f"{ASTANA}/{view.stem}.csv"].decode(), newline="")))
    assert {len(row) for row in rows} == {17}
    assert not any(cell.lstrip().startswith(tuple("=+-@\t\r\uff1d")) for row in rows for cell in row)


@pytest.mark.parametrize("nasty", NASTY)
def test_an_order_of_a_nasty_queue_stays_text(nasty: str) -> None:
    profile = "".join(each for each in nasty if each >= " " and each != "/")[:64]
    queue = f"special/-o:1/2018/{profile}"
    rows = (OrderRow("-a:1", queue, Group.GENERAL, AT, OrderStatus.WAITING, 1),)
    order = OrderView(ASTANA, queue, rows, 5, AT, "a" * 64, nasty)
    for name, data in order_pages(PAGES, order):
        harmless_page(data)
        assert name.replace("/", "").replace("-", "").replace(".", "").isalnum()
    (_, cells) = csv.reader(io.StringIO(order_csv(order).decode(), newline=""))
    assert cells[1] == "'-a:1"
    assert cells[2] == harmless(queue)


def test_file_names_of_queues_are_plain_and_each_queue_has_its_own() -> None:
    ids = ["general/2018", "general/20180", "special/o/2018/", "special/o/2018/A", "special/O/2018/a", "x", "../../x"]
    found = [slug_of(each) for each in ids]
    assert found[0] == "general-2018"
    assert len({each.casefold() for each in found}) == len(ids)
    assert all(each.replace("-", "").isalnum() for each in found)


def test_cells_that_look_like_formulas_are_marked() -> None:
    assert [harmless(each) for each in ("=1", " =1", "-a", "a-b", "", "\t=1", "@x", "\uff0b1", "No. 1")] == [
        "'=1",
        "' =1",
        "'-a",
        "a-b",
        "",
        "'\t=1",
        "'@x",
        "'\uff0b1",
        "No. 1",
    ]
    text = table({"entries": [], "recalled": [{"place_id": "-p", "reason": "CLOSURE", "at": "x"}]}, {})
    assert text.splitlines()[1].startswith("RECALLED,'-p,")


@pytest.mark.parametrize(
    ("organisations", "places"),
    [(1, 4_000), (CONTENTS_MAX + 1, 1), (150, 12), (8, 2)],
    ids=["one of many places", "many of one place", "a large city", "a village"],
)
def test_every_page_stays_small_and_every_place_is_on_one(organisations: int, places: int) -> None:
    entries = tuple(
        entry(number * places + each, f"o{number}", admission_from=date(2021, 1 + each % 12, 1))
        for number in range(organisations)
        for each in range(places)
    )
    recalled = tuple(RecalledEntry(f"-r:{n}", RecallReason.STATE_ORDER_CANCELLED, AT) for n in range(places))
    view = view_of(
        entries, {f"o{number}": f'"Сад" & № {number} «Күншуақ»' for number in range(organisations)}, recalled
    )
    settings = PageSettings(languages=(Language.RUSSIAN,))
    found = dict(bulletin_pages(Pages(settings), view, None))
    assert max(map(len, found.values())) < 300_000
    pages = {name.rpartition("/")[2]: list(parsed(data).all()) for name, data in found.items()}
    listed = [each.text() for page in pages.values() for each in page if each.tag == "b"]
    assert sorted(listed) == sorted(each.place_id for each in entries)
    headings = [each.text() for page in pages.values() for each in page if each.attributes.get("role") == "rowheader"]
    assert sorted(each for each in headings if each.startswith("-r:")) == sorted(each.place_id for each in recalled)
    linked = {each.attributes["href"].partition("#")[0] for page in pages.values() for each in page if each.tag == "a"}
    assert pages.keys() <= linked | {f"{view.stem}.html"}
