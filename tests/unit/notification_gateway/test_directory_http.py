"""Contacts over HTTP: asked for once, kept for a while, never taken for missing when the service is in trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from consumers.notification_gateway.channels import Address, Contact, DirectoryUnavailable, Language, Recipient
from consumers.notification_gateway.directory_http import HttpDirectory, HttpDirectoryError, HttpDirectorySettings
from schemas.outputs import Audience

PARENT = Recipient(Audience.APPLICANT, "ap/1:2")
GARDEN = Recipient(Audience.ORGANISATION, "kg-17")
MAIL = {"language": "kk", "addresses": [{"channel": "smtp", "address": "parent@example.kz"}, {"channel": "file"}]}


class Service:
    """A directory's behaviour and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.headers: dict[str, str] = {}
        self.status = 200
        self.body: Any = MAIL
        self.delay = 0.0
        self.broken = ""
        self.running = self.most = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.raw_path, request.headers.get("If-None-Match")))
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(self.delay)
        self.running -= 1
        if request.path == self.broken:
            return web.Response(status=500)
        if self.headers.get("ETag") and request.headers.get("If-None-Match") == self.headers["ETag"]:
            return web.Response(status=304, headers=self.headers)
        if isinstance(self.body, bytes):
            return web.Response(status=self.status, body=self.body, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)


def play(scene: Callable[[Service, HttpDirectory], Awaitable[None]], **options: Any) -> Service:
    """Run a scene with a service and a directory that asks it."""
    service = Service()

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/contacts/{audience}/{recipient}", service.answer)
        async with TestServer(app) as server:
            url = str(server.make_url("/contacts/")).replace("http://", "http://oryn:sekret@")
            directory = HttpDirectory(HttpDirectorySettings(url, **options))
            try:
                await scene(service, directory)
            finally:
                await directory.close()

    asyncio.run(run())
    return service


def test_contacts_are_found_and_kept() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        for _ in range(3):
            found = await directory.find([PARENT, GARDEN, PARENT])
            addresses = (Address("smtp", "parent@example.kz"), Address("file", ""))
            assert found[PARENT] == Contact(Language.KAZAKH, addresses)
            assert set(found) == {PARENT, GARDEN}

    assert sorted(play(scene).asked) == [
        ("/contacts/applicant/ap%2F1:2", None),
        ("/contacts/organisation/kg-17", None),
    ]


@pytest.mark.parametrize("status", [404, 410])
def test_only_the_service_itself_can_say_that_somebody_is_unknown(status: int) -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.status = status
        assert await directory.find([PARENT]) == {}
        service.status = 200
        assert set(await directory.find([PARENT])) == {PARENT}  # not kept: a family may come any minute

    play(scene)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 418, 429, 500, 503, 204, 304])
def test_any_other_answer_is_an_outage(status: int) -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.status = status
        service.body = b""
        with pytest.raises(DirectoryUnavailable, match=f"status {status}"):
            await directory.find([PARENT])

    play(scene)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "documented JSON"),
        (b"", "documented JSON"),
        ({"language": "kk"}, "documented JSON"),
        ({"language": "xx", "addresses": []}, "language"),
        (b"[" * 100_000, "more than 65536"),
    ],
)
def test_a_broken_answer_is_an_outage_that_names_the_recipient(body: Any, said: str) -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.body = body
        with pytest.raises(DirectoryUnavailable, match=said) as failure:
            await directory.find([PARENT])
        assert "sekret" not in str(failure.value)
        assert "65536" in said or "applicant ap/1:2" in str(failure.value)

    play(scene)


def test_a_bad_address_is_left_out_and_told_without_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.body = {"language": "kk", "addresses": [{"channel": "smtp", "address": "sekret"}, {"channel": "file"}]}
        assert await directory.find([PARENT]) == {PARENT: Contact(Language.KAZAKH, (Address("file", ""),))}

    play(scene)
    assert "a bad address" in caplog.text
    assert "sekret" not in str([vars(each) for each in caplog.records if each.name.startswith("consumers")])


def test_one_answer_that_fails_concerns_its_recipient_only() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.broken = "/contacts/organisation/kg-17"
        found = await directory.find([PARENT, GARDEN, Recipient(Audience.APPLICANT, "ap-2")])
        assert found[GARDEN] is None
        assert found[PARENT] is not None
        with pytest.raises(DirectoryUnavailable):
            await directory.find([GARDEN])

    play(scene)


def test_a_service_that_fails_always_is_not_asked_for_all() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.status = 500
        with pytest.raises(DirectoryUnavailable):
            await directory.find([Recipient(Audience.APPLICANT, f"ap-{number}") for number in range(200)])

    assert len(play(scene).asked) < 100


def test_a_slow_service_and_a_missing_one_are_outages_that_do_not_tell_the_password() -> None:
    async def slow(service: Service, directory: HttpDirectory) -> None:
        service.delay = 5.0
        with pytest.raises(DirectoryUnavailable, match="took too long"):
            await directory.find([PARENT, GARDEN])

    play(slow, timeout_s=0.1)

    async def missing() -> None:
        directory = HttpDirectory(HttpDirectorySettings("http://oryn:sekret@127.0.0.1:9/contacts"))
        with pytest.raises(DirectoryUnavailable, match="reached") as failure:
            await directory.find([PARENT])
        assert "sekret" not in str(failure.value)
        assert failure.value.__cause__ is None
        await directory.close()

    asyncio.run(missing())


def test_an_answer_with_a_tag_is_asked_for_again_only_if_it_changed() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.headers = {"ETag": '"1"', "Cache-Control": "no-cache"}
        first = await directory.find([PARENT])
        service.body = b"not looked at"
        assert await directory.find([PARENT]) == first
        service.headers["ETag"], service.body = '"2"', {**MAIL, "language": "ru"}
        changed = (await directory.find([PARENT]))[PARENT]
        assert changed is not None
        assert changed.language is Language.RUSSIAN

    assert [tag for _, tag in play(scene).asked] == [None, '"1"', '"1"']


@pytest.mark.parametrize(
    ("control", "max_age_s", "asked"),
    [
        ("", 60.0, 1),
        ("", 0.0, 3),
        ("max-age=3600", 0.0, 3),  # the service may say less than the bound, never more
        ("private, max-age=0", 60.0, 3),
        ("private, max-age=30", 60.0, 1),
        ("no-store", 60.0, 3),
    ],
)
def test_answers_are_kept_no_longer_than_both_sides_allow(control: str, max_age_s: float, asked: int) -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.headers = {"Cache-Control": control} if control else {}
        for _ in range(3):
            assert PARENT in await directory.find([PARENT])

    assert len(play(scene, max_age_s=max_age_s).asked) == asked


def test_an_outage_after_the_bound_is_not_covered_by_an_old_answer() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        await directory.find([PARENT])
        await asyncio.sleep(0.05)
        service.status = 500
        with pytest.raises(DirectoryUnavailable):
            await directory.find([PARENT])

    play(scene, max_age_s=0.02)


def test_a_batch_asks_for_several_at_once_but_not_for_all() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        service.delay = 0.005
        wanted = [Recipient(Audience.APPLICANT, f"ap-{number}") for number in range(60)]
        assert set(await directory.find(wanted)) == set(wanted)

    assert 1 < play(scene, connections=4, kept_max=10).most <= 4


def test_what_is_kept_has_a_bound() -> None:
    async def scene(service: Service, directory: HttpDirectory) -> None:
        for number in range(20):
            await directory.find([Recipient(Audience.APPLICANT, f"ap-{number}")])
        await directory.find([Recipient(Audience.APPLICANT, "ap-19")])
        await directory.find([Recipient(Audience.APPLICANT, "ap-0")])

    assert len(play(scene, kept_max=10).asked) == 21


@pytest.mark.parametrize("url", ["ftp://example.kz", "https://", "https://example.kz/?q=1", "https://example.kz:x/"])
def test_an_address_that_cannot_work_is_refused_at_once(url: str) -> None:
    with pytest.raises(HttpDirectoryError, match="https://"):
        HttpDirectory(HttpDirectorySettings(url))


def test_settings_never_show_the_password() -> None:
    assert "sekret" not in repr(HttpDirectorySettings("https://oryn:sekret@example.kz/contacts"))
