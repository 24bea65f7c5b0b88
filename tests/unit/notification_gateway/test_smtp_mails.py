"""What a mail looks like, which addresses are any, and which mail servers can be set."""

import email
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from consumers.notification_gateway.channels import Language
from consumers.notification_gateway.mailing import NoMailbox, mail, mailbox, message_id
from consumers.notification_gateway.smtp import SmtpChannel, SmtpError, SmtpSettings
from schemas.outputs import MessageKind
from tests.unit.notification_gateway.letters import letter

SENDER = Address("Балабақша кезегі", "queue", "astana.example.kz")


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_subject_and_text_arrive_as_they_were_written() -> None:
    for language, kind in product(Language, MessageKind):
        sent = letter(language=language, kind=kind)
        got = read(mail(sent, SENDER, "parent@example.kz"))
        assert got["Subject"] == sent.subject
        assert got.get_content().replace("\r\n", "\n") == sent.text
        assert got["Content-Language"] == language


def test_a_mail_says_that_a_machine_wrote_it() -> None:
    got = read(mail(letter(), SENDER, "parent@example.kz"))
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["X-Auto-Response-Suppress"] == "All"
    assert got["List-Id"] == "<notifications.astana.example.kz>"
    assert str(got["From"]) == "Балабақша кезегі <queue@astana.example.kz>"
    assert got["To"] == "parent@example.kz"
    assert got["Date"] == "Thu, 10 Jun 2021 18:02:11 +0600"


def test_a_repeat_is_the_same_mail_and_another_message_another_one() -> None:
    first = mail(letter(1), SENDER, "parent@example.kz")
    assert mail(letter(1), SENDER, "parent@example.kz") == first
    assert read(first)["Message-ID"] == "<710000000=3A1=3A2@astana.example.kz>"
    assert read(mail(letter(2), SENDER, "parent@example.kz"))["Message-ID"] != read(first)["Message-ID"]


@given(st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=2, unique=True))
def test_messages_never_share_a_message_id(ids: list[str]) -> None:
    one, other = (message_id(each, "example.kz") for each in ids)
    assert one != other
    assert one.isascii()


@given(st.text(max_size=120))
def test_no_subject_forges_a_header(subject: str) -> None:
    data = mail(replace(letter(), subject=subject), SENDER, "parent@example.kz")
    headers = read(data)
    assert headers["Bcc"] is None
    assert sorted(headers.keys()) == sorted(read(mail(letter(), SENDER, "parent@example.kz")).keys())


def test_a_line_break_in_a_subject_forges_nothing() -> None:
    data = mail(replace(letter(), subject="x\r\nBcc: all@example.kz"), SENDER, "parent@example.kz")
    assert read(data)["Bcc"] is None
    assert read(data)["Subject"] == "x Bcc: all@example.kz"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("parent@example.kz", "parent@example.kz"),
        (" a.b+c@mail.example.kz ", "a.b+c@mail.example.kz"),
        ("parent@пошта.қаз", "parent@xn--80a1acn3a.xn--80ao21a"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_mailboxes_are_taken(text: str, address: str) -> None:
    assert mailbox(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "parent",
        "@example.kz",
        "parent@",
        "a@b@c.kz",
        "a b@c.kz",
        "ана@example.kz",
        "a@-example.kz",
        "a@example..kz",
        "a..b@example.kz",
        "a@example.kz\nBcc: x@y.kz",
        "a@example.kz>, <b@example.kz",
        "x" * 65 + "@example.kz",
        "a@" + "x" * 64 + ".kz",
    ],
)
def test_what_is_no_mailbox_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(NoMailbox) as failure:
        mailbox(text)
    assert not text or text not in str(failure.value)


@pytest.mark.parametrize(
    ("url", "sender", "wrong"),
    [
        ("http://mail.example.kz", "a@example.kz", "smtp://"),
        ("smtp://", "a@example.kz", "smtp://"),
        ("smtp://mail.example.kz:port", "a@example.kz", "none"),
        ("smtp://mail.example.kz/inbox", "a@example.kz", "smtp://"),
        ("smtp://user:secret@mail.example.kz", "a@example.kz", "in the clear"),
        ("smtps://user@mail.example.kz", "a@example.kz", "needs a password"),
        ("smtps://mail.example.kz", "nobody", "sender"),
    ],
)
def test_a_channel_that_cannot_work_is_refused_at_once(url: str, sender: str, wrong: str) -> None:
    with pytest.raises(SmtpError, match=wrong) as failure:
        SmtpChannel(SmtpSettings(url, sender))
    assert "secret" not in str(failure.value)


def test_settings_never_show_the_password() -> None:
    settings = SmtpSettings("smtps://user:secret@mail.example.kz", "a@example.kz")
    assert "secret" not in repr(settings)
    assert SmtpChannel(settings).endpoint("parent@example.kz") == "mail.example.kz:465"
