"""The site as a whole: complete, repeatable, what names something after it, nothing published ever overwritten."""

import csv
import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from consumers.public_bulletins.locality_pages import FEED_ENTRIES, ROWS_MAX
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.settings import PageSettings, PublicSettingsError
from consumers.public_bulletins.site import LOCALITIES_PATH, Site
from consumers.public_bulletins.store_folder import FolderStore
from consumers.public_bulletins.words import Language
from consumers.reading.store import StoreConflict
from consumers.register_files.bulletins import write_bulletins
from consumers.verification.bulletins import read_published
from consumers.verification.verify import Options
from tests.unit.public_bulletins.sites import (
    ASTANA,
    ORAL,
    contents,
    journal,
    paper,
    parsed,
    publish,
    site_of,
    views,
)
from tests.unit.verification.seasons import Season, lines
from tests.unit.verification.tools import check

ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two localities, in two zones."""
    return publish(tmp_path_factory.mktemp("site"), journal())


class WatchedStore(FolderStore):
    """A folder that remembers what was written, and fails when told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.written: list[str] = []
        self.fails_after = -1

    def put(self, path: str, data: bytes) -> None:
        if len(self.written) == self.fails_after:
            raise KeyboardInterrupt
        super().put(path, data)
        self.written.append(path)

    def put_new(self, path: str, data: bytes) -> bool:
        if len(self.written) == self.fails_after:
            raise KeyboardInterrupt
        new = super().put_new(path, data)
        self.written.append(path)
        return new


def without_orders(folder: Path) -> dict[str, bytes]:
    """What a site holds of bulletins; orders have tests of their own."""
    return {name: data for name, data in contents(folder).items() if "order" not in name and "queues" not in name}


def test_the_check_reads_the_published_folder_and_the_journal_holds_against_it(site: Path) -> None:
    found = [line for each in (ASTANA, ORAL) for line in lines(each, [r for r in journal() if r.locality == each])]
    report = check(found, Options(published=read_published(site)))
    assert report.holds
    assert report.bulletins_compared == sum(1 for _ in views(journal())) > 30


def test_data_files_are_those_that_are_written_without_pages(site: Path, tmp_path: Path) -> None:
    found = [line for each in (ASTANA, ORAL) for line in lines(each, [r for r in journal() if r.locality == each])]
    write_bulletins(tmp_path, found)
    plain = {name: data for name, data in contents(tmp_path).items() if "/bulletin-" in name}
    assert plain
    assert {name: data for name, data in contents(site).items() if name in plain} == plain
    with (tmp_path / "bulletins.csv").open(newline="") as whole:
        expected = list(csv.DictReader(whole))
    rows = []
    for locality in (ORAL, ASTANA):
        with (site / locality / "bulletins.csv").open(newline="") as table:
            rows += list(csv.DictReader(table))
    assert rows == expected


def test_every_link_leads_to_a_file_and_every_anchor_is_there(site: Path) -> None:
    files = contents(site)
    pages = {name: parsed(data) for name, data in files.items() if name.endswith(".html")}
    ids = {name: [e.attributes["id"] for e in page.all() if "id" in e.attributes] for name, page in pages.items()}
    assert all(len(set(found)) == len(found) for found in ids.values()), "an id stands once on a page"
    seen = 0
    reached = {"index.html"}
    for name, page in pages.items():
        for element in page.all():
            link = element.attributes.get("href") or element.attributes.get("src")
            if link is None or link.startswith("data:"):
                continue
            target = urlsplit(urljoin(f"//site/{name}", link))
            assert target.netloc == "site", "nothing leads elsewhere"
            path = target.path.removeprefix("/")
            assert path in files, f"{name}: {link}"
            if target.fragment:
                assert target.fragment in ids[path], f"{name}: {link}"
            reached.add(path)
            seen += 1
    assert seen > 1_000
    left = {name for name in files if not name.startswith("state/")} - reached
    assert left == {LOCALITIES_PATH}, "what nobody finds need not be published"


def test_pages_are_small_and_have_what_readers_need(site: Path) -> None:
    for name, data in contents(site).items():
        if not name.endswith(".html"):
            continue
        assert len(data) < 300_000
        page = parsed(data)
        (html,) = page.all("html")
        assert html.attributes["lang"] == (name[:2] if "/" in name else "kk")
        assert len(list(page.all("h1"))) == 1
        assert len(list(page.all("main"))) == 1
        assert not list(page.all("script"))
        (title,) = page.all("title")
        assert title.text()
        for table in page.all("table"):
            assert next(table.all("caption")).text()
            assert all(each.attributes.get("scope") in ("col", "row") for each in table.all("th"))
        levels = [int(each.tag[1]) for each in page.all() if re.fullmatch("h[1-6]", each.tag)]
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), name


def test_feeds_are_atom(site: Path) -> None:
    for language in Language:
        for locality in (ASTANA, ORAL):
            feed = ElementTree.fromstring((site / language / locality / "feed.atom").read_bytes())  # noqa: S314 - ours
            assert feed.tag == f"{ATOM}feed"
            entries = feed.findall(f"{ATOM}entry")
            assert 0 < len(entries) <= FEED_ENTRIES
            for each in (feed, *entries):
                for name in ("id", "title", "updated"):
                    (found,) = each.findall(f"{ATOM}{name}")
                    assert found.text
                updated = each.findtext(f"{ATOM}updated") or ""
                assert RFC3339.fullmatch(updated)
                assert (each.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
            assert len({each.findtext(f"{ATOM}id") for each in (feed, *entries)}) == len(entries) + 1
            assert feed.findtext(f"{ATOM}author/{ATOM}name")
            moments = [datetime.fromisoformat(each.findtext(f"{ATOM}updated") or "") for each in entries]
            assert moments == sorted(moments, reverse=True)
            assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
            for link in feed.iter(f"{ATOM}link"):
                assert (site / language / locality / link.attrib["href"]).is_file()


def test_a_feed_names_the_site_s_address_and_publisher(tmp_path: Path) -> None:
    settings = PageSettings(base_url="https://example.kz/places", publisher="Білім бөлімі <1>")
    publish(tmp_path, journal(4, 40, (ASTANA,)), settings)
    feed = ElementTree.fromstring((tmp_path / "kk" / ASTANA / "feed.atom").read_bytes())  # noqa: S314 - ours
    links = [each.attrib["href"] for each in feed.iter(f"{ATOM}link")]
    assert all(each.startswith(f"https://example.kz/places/kk/{ASTANA}/") for each in links)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Білім бөлімі <1>"
    assert "Білім бөлімі &lt;1&gt;" in (tmp_path / "kk" / "index.html").read_text()
    for wrong in ("ftp://example.kz", "example.kz", "https://example.kz/?a=1"):
        with pytest.raises(PublicSettingsError):
            PageSettings(base_url=wrong)


def test_a_long_list_is_split_by_month(tmp_path: Path) -> None:
    season = Season(9, ASTANA)
    season.run(25, pause_ms=6 * 24 * 3_600_000)
    settings = PageSettings(languages=(Language.KAZAKH,), orders=False)
    publish(tmp_path, season.records, settings)
    count = sum(1 for _ in views(season.records))
    assert count > ROWS_MAX
    folder = tmp_path / "kk" / ASTANA
    months = sorted(folder.glob("20??-??.html"))
    rows = [row for each in months for row in list(parsed(each.read_bytes()).all("tr"))[1:]]
    assert len(months) >= 3
    assert len(rows) == count
    listed = [each.attributes["href"] for each in parsed((folder / "index.html").read_bytes()).all("a")]
    assert {each.name for each in months} <= set(listed)
    # Day by day it grows into the same pages.
    site = site_of(tmp_path / "daily", settings)
    for view in views(season.records):
        site.publish(view)
        site.finish()
    daily = {name: data for name, data in contents(tmp_path / "daily").items() if f"/{ASTANA}/" in name}
    whole = contents(tmp_path)
    assert daily == {name: whole[name] for name in daily}
    assert {f"kk/{ASTANA}/{each.name}" for each in months} <= set(daily)


def test_every_link_leads_somewhere_before_any_order_is_published(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    site.publish(next(views(journal())))
    site.finish()
    files = contents(tmp_path)
    for name, data in files.items():
        for element in parsed(data).all("a") if name.endswith(".html") else ():
            path = urlsplit(urljoin(f"//site/{name}", element.attributes["href"])).path
            assert path.removeprefix("/") in files, f"{name}: {path}"


def test_what_names_a_bulletin_is_written_after_it_and_its_json_says_that_it_is_complete(tmp_path: Path) -> None:
    store = WatchedStore(tmp_path)
    site = Site(store, Pages(PageSettings()), paper)
    view = next(views(journal()))
    site.publish(view)
    own = [each for each in store.written if view.stem in each]
    assert own[-1] == f"{view.locality}/{view.stem}.json" == store.written[-1]
    assert len(own) == 8
    assert not any("index" in each or "feed" in each for each in store.written if view.locality in each)
    site.finish()
    after = store.written[store.written.index(own[-1]) + 1 :]
    assert {f"kk/{view.locality}/index.html", f"kk/{view.locality}/feed.atom"} <= set(after)


def test_stopped_anywhere_and_done_again_it_is_the_same_site(tmp_path: Path) -> None:
    records = journal(4, 45, (ASTANA, ORAL))
    whole = without_orders(publish(tmp_path / "whole", records))
    done = 0
    for stop in range(3, 150, 29):
        store = WatchedStore(tmp_path / f"stopped-{stop}")
        store.fails_after = stop
        for _ in range(3):
            site = Site(store, Pages(PageSettings()), paper)
            try:
                for view in views(records):
                    site.publish(view)
                    if view.issued.number % 3 == 0:
                        site.finish()
                site.finish()
            except KeyboardInterrupt:
                done += 1
                store.fails_after += stop // 2 + 1
        store.fails_after = -1
        site = Site(store, Pages(PageSettings()), paper)
        for view in views(records):
            site.publish(view)
        site.finish()
        assert without_orders(tmp_path / f"stopped-{stop}") == whole
    assert done > 8


def test_again_changes_nothing_and_more_is_added(tmp_path: Path) -> None:
    records = journal(4, 250, (ASTANA,))
    half = publish(tmp_path / "a", records[: len(records) // 2])
    before = {name: (half / name).stat().st_mtime_ns for name in contents(half) if name.endswith(".json")}
    publish(half, records)
    publish(tmp_path / "b", records)
    assert {name: (half / name).stat().st_mtime_ns for name in before} == before
    # An order that did not change stays with the record behind which it was written.
    assert without_orders(half) == without_orders(tmp_path / "b")


def test_a_published_bulletin_is_never_overwritten(tmp_path: Path) -> None:
    records = journal(4, 250, (ASTANA,))
    publish(tmp_path, records)
    path = sorted((tmp_path / ASTANA).glob("bulletin-*.json"))[5]
    changed = path.read_bytes().replace(b'"number": 6', b'"number": 7')
    path.write_bytes(changed)
    with pytest.raises(StoreConflict, match="never changes"):
        publish(tmp_path, records)
    assert path.read_bytes() == changed


def test_another_journal_of_the_same_locality_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, journal(4, 250, (ASTANA,)))
    before = contents(tmp_path)
    with pytest.raises(StoreConflict, match="another hash"):
        publish(tmp_path, journal(11, 250, (ASTANA,)))
    assert contents(tmp_path) == before


def test_a_bulletin_that_does_not_follow_is_refused(tmp_path: Path) -> None:
    one, other = list(views(journal(4, 250, (ASTANA,)))), list(views(journal(11, 250, (ASTANA,))))
    site = site_of(tmp_path)
    for view in one[:6]:
        site.publish(view)
    with pytest.raises(StoreConflict, match="does not follow"):
        site.publish(other[6])


def test_a_damaged_list_is_an_error_that_says_what_helps(tmp_path: Path) -> None:
    records = journal(4, 40, (ASTANA,))
    publish(tmp_path, records)
    (tmp_path / ASTANA / "bulletins.csv").write_text("number,date\nx,y\n")
    with pytest.raises(StoreConflict, match=r"bulletins\.csv.*made again"):
        publish(tmp_path, records)


def test_pages_can_be_made_anew_without_touching_the_data(tmp_path: Path) -> None:
    records = journal(4, 40, (ASTANA,))
    publish(tmp_path, records)
    expected = contents(tmp_path)
    page = next((tmp_path / "kk" / ASTANA).glob("bulletin-00001-*.html"))
    page.write_text("older")
    publish(tmp_path, records)
    assert page.read_text() == "older"
    site = Site(FolderStore(tmp_path), Pages(PageSettings()), paper, again=True)
    for view in views(records):
        site.publish(view)
    site.finish()
    assert contents(tmp_path) == expected
