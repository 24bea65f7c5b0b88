"""Mails through a real SMTP server: taken, refused, put off, broken off, slow, secured."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumers.notification_gateway.channels import Delivered, Failed, Refused
from consumers.notification_gateway.smtp import SmtpChannel, SmtpSettings
from tests.unit.notification_gateway.letters import letter

pytestmark = pytest.mark.integration

SENDER = "Балабақша кезегі <queue@astana.example.kz>"
OK = "250 taken"


class Inbox:
    """A mail server's behaviour. What it answers can be set; what it took can be read."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.connections = 0
        self.rcpt = self.data = self.mail = OK
        self.delay = 0.0
        # Called with the server when the text was taken, before it is answered.
        self.before_answer: Callable[[SMTP], None] = lambda server: None

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.rcpt == OK:
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay)
        assert isinstance(envelope.content, bytes)
        if self.data == OK:
            self.taken.append(envelope.content)
        self.before_answer(server)
        return self.data

    @property
    def ids(self) -> list[str]:
        return [email.message_from_bytes(each, policy=default)["Message-ID"] for each in self.taken]


def hang_up(server: SMTP) -> None:
    """Break the connection without a word."""
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


@asynccontextmanager
async def serving(inbox: Inbox, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """A mail server on a port of its own. `tls`: secure from the start."""
    servers: list[SMTP] = []

    def connection() -> SMTP:
        inbox.connections += 1
        servers.append(SMTP(inbox, hostname="localhost", loop=asyncio.get_running_loop(), **options))
        return servers[-1]

    listening = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for server in servers:
            hang_up(server)
            if server._handler_coroutine is not None:
                server._handler_coroutine.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await server._handler_coroutine
        await listening.wait_closed()


def play(
    scene: Callable[[Inbox, SmtpChannel], Awaitable[None]], *, timeout_s: float = 5.0, connections: int = 8
) -> Inbox:
    """Run a scene with a mail server and a channel to it."""
    inbox = Inbox()

    async def run() -> None:
        async with serving(inbox) as port:
            settings = SmtpSettings(f"smtp://127.0.0.1:{port}", SENDER, connections, timeout_s)
            channel = SmtpChannel(settings)
            await channel.open()
            try:
                await scene(inbox, channel)
            finally:
                await channel.close()

    asyncio.run(run())
    return inbox


def test_a_mail_arrives_whole_and_connections_are_used_again() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        for number in range(5):
            assert await channel.send(letter(number)) == Delivered(250)

    inbox = play(scene)
    assert inbox.connections == 1
    got = email.message_from_bytes(inbox.taken[0], policy=default)
    assert got["Subject"] == letter(0).subject
    assert got.get_content().splitlines() == letter(0).text.splitlines()
    assert len(set(inbox.ids)) == 5


def test_many_mails_at_once_share_few_connections() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        results = await asyncio.gather(*(channel.send(letter(number)) for number in range(40)))
        assert results == [Delivered(250)] * 40

    inbox = play(scene, connections=3)
    assert inbox.connections == 3
    assert len(set(inbox.ids)) == 40


@pytest.mark.parametrize(
    ("step", "reply", "result"),
    [
        ("rcpt", "550 5.1.1 no such user", Refused("SMTP_5XX", 550)),
        ("rcpt", "451 4.7.1 greylisted", Failed("SMTP_4XX", 451, endpoint_down=False)),
        ("rcpt", "452 4.2.2 mailbox full", Failed("SMTP_4XX", 452, endpoint_down=False)),
        ("data", "451 4.3.0 local error", Failed("SMTP_4XX", 451, endpoint_down=False)),
        ("data", "554 5.7.1 content refused", Refused("SMTP_5XX", 554)),
        ("mail", "550 5.7.1 sender refused", Failed("SMTP_SENDER", 550)),
        ("rcpt", "421 4.3.2 going down", Failed("SMTP_421", 421)),
    ],
)
def test_replies_are_told_apart_and_the_next_mail_goes_through(step: str, reply: str, result: Failed | Refused) -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        setattr(inbox, step, reply)
        assert await channel.send(letter(1)) == result
        setattr(inbox, step, OK)
        assert await channel.send(letter(2)) == Delivered(250)

    assert play(scene).ids == ["<710000000=3A2=3A2@astana.example.kz>"]


def test_a_connection_that_breaks_after_the_text_is_tried_again_with_the_same_id() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        inbox.before_answer = hang_up
        assert await channel.send(letter(1)) == Failed("CONNECTION_IN_TEXT")
        inbox.before_answer = lambda server: None
        assert await channel.send(letter(1)) == Delivered(250)

    inbox = play(scene)
    assert inbox.ids == ["<710000000=3A1=3A2@astana.example.kz>"] * 2
    assert inbox.taken[0] == inbox.taken[1]


def test_a_kept_connection_that_the_server_closed_costs_no_attempt() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        inbox.mail = OK
        assert await channel.send(letter(1)) == Delivered(250)
        inbox.mail = "421 4.4.2 idle for too long"
        sending = asyncio.create_task(channel.send(letter(2)))
        while inbox.connections < 2:
            await asyncio.sleep(0)
        inbox.mail = OK
        assert await sending == Delivered(250)

    assert play(scene).connections == 2


def test_a_slow_server_is_a_failure_that_leaves_no_connection_behind() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        inbox.delay = 5.0
        assert await channel.send(letter(1)) == Failed("TIMEOUT")
        inbox.delay = 0.0
        assert await channel.send(letter(2)) == Delivered(250)

    assert play(scene, timeout_s=0.2).connections == 2


def test_an_attempt_that_is_cancelled_drops_its_connection() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        inbox.delay = 5.0
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(channel.send(letter(1)), 0.2)
        inbox.delay = 0.0
        assert await channel.send(letter(2)) == Delivered(250)

    assert play(scene).connections == 2


def test_nobody_listens() -> None:
    async def run() -> None:
        async with serving(Inbox()) as port:
            pass
        channel = SmtpChannel(SmtpSettings(f"smtp://127.0.0.1:{port}", SENDER))
        assert await channel.send(letter()) == Failed("CONNECTION")
        await channel.close()

    asyncio.run(run())


def test_an_address_that_is_none_is_refused_without_asking_anybody() -> None:
    async def scene(inbox: Inbox, channel: SmtpChannel) -> None:
        assert await channel.send(letter(address="nobody")) == Refused("BAD_ADDRESS")

    assert play(scene).connections == 0


# ------------------------------------------------------------------------------------------------------------- secured


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate of localhost, and a server's context with it."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, private = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return path, context


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    """Lets one user in."""
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"oryn", b"se/cret")
    return AuthResult(success=right, handled=False)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_secured_relay_with_a_password(scheme: str, certificate: tuple[Path, ssl.SSLContext]) -> None:
    path, context = certificate
    inbox = Inbox()
    starttls = scheme == "smtp+starttls"
    options: dict[str, Any] = {"authenticator": authenticate}
    if starttls:
        options |= {"tls_context": context, "require_starttls": True}
    else:
        options |= {"auth_require_tls": False}  # the server can't tell that its connections are secure from the start

    async def send(port: int, password: str, authorities: Path | None) -> object:
        url = f"{scheme}://oryn:{password}@localhost:{port}"
        channel = SmtpChannel(SmtpSettings(url, SENDER, timeout_s=5.0, authorities=authorities))
        try:
            return await channel.send(letter())
        finally:
            await channel.close()

    async def run() -> None:
        async with serving(inbox, None if starttls else context, **options) as port:
            assert await send(port, "se%2Fcret", path) == Delivered(250)
            assert await send(port, "wrong", path) == Failed("SMTP_AUTHENTICATION", 535)
            assert await send(port, "se%2Fcret", None) == Failed("CONNECTION")  # nobody vouches for the certificate

    asyncio.run(run())
    assert len(inbox.taken) == 1


def test_a_relay_without_starttls_gets_no_mail_in_the_clear() -> None:
    inbox = Inbox()

    async def run() -> None:
        async with serving(inbox) as port:
            channel = SmtpChannel(SmtpSettings(f"smtp+starttls://127.0.0.1:{port}", SENDER, timeout_s=5.0))
            assert await channel.send(letter()) == Failed("CONNECTION")
            await channel.close()

    asyncio.run(run())
    assert inbox.taken == []
