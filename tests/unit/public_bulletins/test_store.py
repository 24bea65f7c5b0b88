"""Paths, kinds of files and addresses of stores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.public_bulletins.store import CONTENT_TYPES, StoreRefused, UnsafePath, checked, content_type
from consumers.public_bulletins.store_folder import FolderStore
from consumers.public_bulletins.store_s3 import S3FileStore
from consumers.public_bulletins.store_settings import StoreSettings, open_store

HOSTILE = [
    "",
    "/etc/passwd.html",
    "../index.html",
    "a/../b.html",
    "a/./b.html",
    "a//b.html",
    "a/.htaccess.html",
    ".well-known/a.txt",
    "a\\..\\b.html",
    "a/b\x00.html",
    "a/b.html\n",
    "C:/a.html",
    "a/%2e%2e/b.html",
    "a/b c.html",
    "қала/index.html",
    "a/<script>.html",
    "a/b.html/",
    "a./b.html",
    "a" * 600 + ".html",
    "a/" + "b" * 200 + ".html",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_that_could_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(UnsafePath, match="not a path for a published file"):
        checked(path)


@pytest.mark.parametrize("path", ["a/run.php", "a/page.shtml", "page", "a.html/page", "a/x.HTML"])
def test_a_kind_of_file_that_nobody_publishes_is_refused(path: str) -> None:
    with pytest.raises(UnsafePath, match="not a kind of file"):
        content_type(path)


@given(st.text(max_size=40).map(lambda text: f"{text}.html"))
def test_what_is_allowed_stays_below_the_folder_and_needs_no_escaping(path: str) -> None:
    try:
        checked(path)
    except UnsafePath:
        return
    assert path.isascii() and path.isprintable() and not set(path) & set("\\:%?#&<>\"' ")
    assert all(name and not name.startswith(".") for name in path.split("/"))


def test_text_is_told_to_be_utf_8_and_a_feed_to_be_a_feed() -> None:
    assert content_type("710000000/bulletin-00003-2021-06-10.csv") == "text/csv; charset=utf-8"
    assert content_type("710000000/feed.atom") == "application/atom+xml; charset=utf-8"
    assert all("charset=utf-8" in kind for kind in CONTENT_TYPES.values() if kind.startswith("text/"))


def test_the_address_says_which_store() -> None:
    assert isinstance(open_store(StoreSettings("file:///srv/www/bulletins")), FolderStore)
    assert isinstance(open_store(StoreSettings("out/bulletins")), FolderStore)
    keys = {"access_key": "key", "secret_key": "secret"}
    assert isinstance(open_store(StoreSettings("s3://bucket/a/b", endpoint="http://127.0.0.1:9", **keys)), S3FileStore)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host/folder",
        "file://host/folder",
        "s3://",
        "s3://UPPER/x",
        "s3://key:secret@bucket/x",
        "s3://bucket/../other",
        "s3://bucket/a//b",
        "s3://bucket?secret=x",
    ],
)
def test_an_address_that_is_none_is_refused_and_its_secrets_are_not_repeated(url: str) -> None:
    with pytest.raises(StoreRefused) as raised:
        open_store(StoreSettings(url))
    assert "secret" not in str(raised.value)


def test_a_key_alone_and_a_strange_endpoint_are_refused() -> None:
    with pytest.raises(StoreRefused, match="both or neither"):
        StoreSettings("s3://bucket", access_key="key")
    with pytest.raises(StoreRefused, match="https://host:port"):
        StoreSettings("s3://bucket", endpoint="host:9000")


def test_settings_do_not_show_their_keys() -> None:
    settings = StoreSettings("s3://bucket", access_key="the-key", secret_key="the-secret")  # noqa: S106
    assert "the-key" not in repr(settings)
    assert "the-secret" not in repr(settings)
