"""The whole site in a bucket is the whole site in a folder, file by file."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from consumers.public_bulletins.model import BulletinView
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.pdf import render
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.site import Site
from consumers.public_bulletins.store import FileStore
from consumers.public_bulletins.store_folder import FolderStore
from consumers.reading.store import StoreUnavailable
from schemas.instants import Instant
from schemas.journal import GENESIS_HASH
from schemas.outputs import Bulletin
from tests.integration.public_bulletins.test_s3_store import Server
from tests.unit.public_bulletins.test_pdf import ASTANA, ISSUED_AT, entry

pytestmark = pytest.mark.integration
DAY_MS = 86_400_000
BULLETINS = 4


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    try:
        server.start()
        server.make_bucket("site")
        yield server
    finally:
        server.kill()


def season() -> list[BulletinView]:
    views = []
    previous = GENESIS_HASH
    for number in range(1, BULLETINS + 1):
        issued = Bulletin(
            ASTANA,
            number,
            date(2021, 6, 10) + timedelta(days=number),
            (entry(number),) * (number % 2),
            (),
            previous,
            hashlib.sha256(str(number).encode()).hexdigest(),
            100 + number,
            Instant(ISSUED_AT + number * DAY_MS),
        )
        views.append(BulletinView(issued, {"org-1": "«Балапан» бөбекжайы"}))
        previous = issued.bulletin_hash
    return views


def published(store: FileStore) -> dict[str, bytes | None]:
    return {path: store.get(path) for path in store.list()}


@pytest.mark.faults
def test_a_site_in_a_bucket_is_the_site_in_a_folder_also_after_the_bucket_was_lost(
    server: Server, tmp_path: Path
) -> None:
    folder, bucket = FolderStore(tmp_path / "www"), server.store("site")
    pages = Pages(PageSettings(publisher="Білім басқармасы"))
    views = season()
    for store in (folder, bucket):
        store.check()
        site = Site(store, pages, render)
        for view in views:
            assert site.publish(view)
        site.finish()
    expected = published(folder)
    assert len([path for path in expected if path.endswith(".pdf")]) == BULLETINS * len(pages.settings.languages)
    assert published(bucket) == expected
    server.kill()
    site = Site(bucket, pages, render)
    with pytest.raises(StoreUnavailable):
        site.publish(views[0])
    # This server keeps nothing: the same site as before is made anew.
    server.start()
    server.make_bucket("site")
    site.forget()
    for view in views:
        assert site.publish(view)
    site.finish()
    assert published(bucket) == expected
