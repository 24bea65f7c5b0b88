"""Published files in a bucket of a real S3-compatible server, which is a child process and may be killed."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from threading import Timer
from urllib.request import Request, urlopen

import boto3  # type: ignore[import-untyped]  # has no types of its own
import pytest
from obstore.store import S3Store

from consumers.public_bulletins.store import FileStore, PublishedDifferently, StoreRefused
from consumers.public_bulletins.store_s3 import S3FileStore
from consumers.public_bulletins.store_settings import StoreSettings, open_store
from consumers.reading.store import StoreUnavailable
from infra.stack import ports
from infra.stack.process import Child, start

pytestmark = pytest.mark.integration

START_SECONDS = 30.0
# After so many requests this server checks keys; every bucket is made before.
CHECKED_AFTER = "INITIAL_NO_AUTH_ACTION_COUNT"
KEYS = {"access_key": "key", "secret_key": "secret"}


class Server:
    """An S3-compatible server that forgets everything when it is killed."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "s3.log"
        self.port = ports.pick()
        self.url = f"http://{ports.HOST}:{self.port}"
        self.child: Child | None = None

    def start(self, **environment: str) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", ports.HOST, "-p", str(self.port)]
        self.child = start(command, self._log, {**os.environ, **environment})
        deadline = time.monotonic() + START_SECONDS
        while not ports.answers(ports.HOST, self.port):
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        if self.child is not None:
            self.child.kill()

    def make_bucket(self, name: str) -> None:
        with urlopen(Request(f"{self.url}/{name}", method="PUT")) as answer:  # noqa: S310  # our own server
            assert answer.status == 200

    def store(self, bucket: str, **keys: str) -> FileStore:
        return open_store(StoreSettings(f"s3://{bucket}/public/pages", endpoint=self.url, **(keys or KEYS)))


class IamKeys:
    """Keys of a user who may do everything; takes three requests."""

    def __init__(self, url: str) -> None:
        session = boto3.Session("key", "secret", region_name="us-east-1")
        client = session.client("iam", endpoint_url=url)
        try:
            client.create_user(UserName="publisher")
            everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
            client.put_user_policy(UserName="publisher", PolicyName="all", PolicyDocument=everything)
            made = client.create_access_key(UserName="publisher")["AccessKey"]
        finally:
            client.close()
        self.key, self.secret = str(made["AccessKeyId"]), str(made["SecretAccessKey"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    try:
        yield server
    finally:
        server.kill()


def test_what_was_put_is_there_and_can_be_listed_read_and_deleted(server: Server) -> None:
    server.make_bucket("files")
    store = server.store("files")
    store.check()
    store.put("710000000/index.html", b"one")
    store.put("710000000/index.html", b"two")
    store.put("711/index.html", b"other")
    assert store.get("710000000/index.html") == b"two"
    assert store.get("710000000/none.html") is None
    assert store.exists("711/index.html") and not store.exists("711/none.html")
    assert set(store.list()) == {"710000000/index.html", "711/index.html"}
    assert set(store.list("710")) == set(store.list("710000000/in")) == {"710000000/index.html"}
    store.delete("711/index.html")
    store.delete("711/index.html")
    assert set(store.list()) == {"710000000/index.html"}


def test_each_file_tells_browsers_what_it_is_and_how_long_it_holds(server: Server) -> None:
    server.make_bucket("headers")
    store = server.store("headers")
    store.put("a/index.html", b"x")
    store.put_new("a/bulletin.json", b"{}")
    raw = S3Store(
        "headers",
        endpoint=server.url,
        region="us-east-1",
        access_key_id="key",
        secret_access_key="secret",  # noqa: S106
        client_options={"allow_http": True},
    )
    page = raw.get("public/pages/a/index.html").attributes
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert page["Cache-Control"] == "public, no-cache"
    bulletin = raw.get("public/pages/a/bulletin.json").attributes
    assert bulletin["Content-Type"] == "application/json"
    assert bulletin["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_that_never_changes_is_put_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.make_bucket("once")
    store, other = server.store("once"), server.store("once")
    assert store.put_new("a.json", b"{}")
    assert not other.put_new("a.json", b"{}")
    with pytest.raises(PublishedDifferently):
        other.put_new("a.json", b"{ }")
    # Another one puts it between the question and the put: the server itself refuses.
    asked = S3FileStore.get

    def late(self: S3FileStore, path: str) -> bytes | None:
        monkeypatch.setattr(S3FileStore, "get", asked)
        assert other.put_new(path, b"first")
        return None

    for data, answer in ((b"second", PublishedDifferently), (b"first", None)):
        other.delete("b.json")
        monkeypatch.setattr(S3FileStore, "get", late)
        if answer is None:
            assert not store.put_new("b.json", data)
        else:
            with pytest.raises(answer):
                store.put_new("b.json", data)
        assert store.get("b.json") == b"first"


def test_a_missing_bucket_is_told_by_every_call(server: Server) -> None:
    store = server.store("nowhere")
    calls: list[Callable[[], object]] = [
        store.check,
        lambda: store.put("a.html", b"x"),
        lambda: store.put_new("a.json", b"x"),
        lambda: store.get("a.html"),
        lambda: store.exists("a.html"),
        lambda: list(store.list()),
    ]
    for call in calls:
        with pytest.raises(StoreRefused, match=r"s3://nowhere/public/pages: no such bucket. Make it"):
            call()


def test_keys_that_are_set_are_used_whatever_the_environment_says(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_server.start(**{CHECKED_AFTER: "4"})
    own_server.make_bucket("files")
    root = IamKeys(own_server.url)
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "of-the-environment"),
        ("AWS_SECRET_ACCESS_KEY", "of-the-environment"),
        ("AWS_SESSION_TOKEN", "of-the-environment"),
        ("AWS_SKIP_SIGNATURE", "true"),
    ):
        monkeypatch.setenv(name, value)
    store = own_server.store("files", access_key=root.key, secret_key=root.secret)
    store.put("a.html", b"x")
    assert store.get("a.html") == b"x"
    # Wrong ones are told, and not shown.
    store = own_server.store("files", access_key="wrong-key", secret_key="wrong-secret")  # noqa: S106
    calls: list[Callable[[], object]] = [
        store.check,
        lambda: store.put("a.html", b"y"),
        lambda: store.get("a.html"),
    ]
    for call in calls:
        with pytest.raises(StoreRefused, match="Check the access key and the secret key") as raised:
            call()
        assert "wrong-secret" not in str(raised.value)


@pytest.mark.faults
def test_a_server_that_is_away_is_waited_for(own_server: Server) -> None:
    store = own_server.store("files")
    with pytest.raises(StoreUnavailable, match="s3://files/public/pages"):
        store.check()
    own_server.start()
    own_server.make_bucket("files")
    store.check()
    store.put("a.html", b"one")
    own_server.kill()
    with pytest.raises(StoreUnavailable):
        store.put("a.html", b"two")
    with pytest.raises(StoreUnavailable):
        store.get("a.html")
    own_server.start()
    own_server.make_bucket("files")
    store.put("a.html", b"two")
    assert store.get("a.html") == b"two"


@pytest.mark.faults
def test_a_server_that_pauses_is_waited_for_inside_a_call(own_server: Server) -> None:
    own_server.start()
    own_server.make_bucket("files")
    store = own_server.store("files")
    store.put("a.html", b"one")
    child = own_server.child
    assert child is not None
    child.signal(SIGSTOP)
    try:
        timer = Timer(0.5, child.signal, args=(SIGCONT,))
        timer.start()
        store.put("a.html", b"two")
        timer.join()
    finally:
        child.signal(SIGCONT)
    assert store.get("a.html") == b"two"
