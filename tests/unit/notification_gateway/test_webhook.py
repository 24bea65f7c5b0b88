"""Posts are signed as Standard Webhooks says; answers mean what HTTP says."""

import base64
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from consumers.notification_gateway.channels import Delivered, Failed, Language, Letter, Recipient, Refused, Result
from consumers.notification_gateway.webhook import (
    WebhookChannel,
    WebhookError,
    WebhookSettings,
    body_of,
    result_of,
    seconds_of,
)
from schemas.instants import Instant
from schemas.outputs import Audience, MessageKind, Notification, Term

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 24).decode()


def letter(text: str = "Кезек келді: ә ғ қ ң ө ұ ү һ і\n") -> Letter:
    """A letter."""
    notification = Notification(
        id="710000000:7:0",
        locality="710000000",
        audience=Audience.APPLICANT,
        recipient="applicant/1",
        kind=MessageKind.TURN_CAME,
        at=Instant(1_623_300_000_000),
        application_id="application/1",
        deadline=Instant(1_623_600_000_000),
        term=Term.CHOICE,
        places=3,
    )
    recipient = Recipient(notification.audience, notification.recipient)
    return Letter(
        notification.id, recipient, Language.KAZAKH, "Кезек", text, Instant(1_623_590_000_000), notification, "http://x"
    )


@given(st.text())
def test_the_reference_library_accepts_the_signature_of_every_body(text: str) -> None:
    body = body_of(letter(text))
    headers = WebhookChannel(WebhookSettings((OLD,))).headers("710000000:7:0", body)
    verified = Webhook(OLD).verify(body, headers)
    assert verified["data"]["text"] == text


def test_both_secrets_of_a_rotation_are_accepted_and_no_other() -> None:
    body = body_of(letter())
    headers = WebhookChannel(WebhookSettings((NEW, OLD))).headers("710000000:7:0", body)
    Webhook(OLD).verify(body, headers)
    Webhook(NEW).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body + b" ", headers)


def test_it_signs_byte_for_byte_as_the_reference_library() -> None:
    at = datetime.fromtimestamp(int(time.time()), UTC)
    body = body_of(letter())
    headers = WebhookChannel(WebhookSettings((OLD,))).headers("710000000:7:0", body, int(at.timestamp()))
    assert headers["webhook-signature"] == Webhook(OLD).sign("710000000:7:0", at, body.decode())


def test_the_body_says_all_that_is_documented() -> None:
    assert msgspec.json.decode(body_of(letter("Т\n"))) == {
        "type": "oryn.notification.turn_came",
        "timestamp": "2021-06-10T10:40:00.000+06:00",
        "data": {
            "id": "710000000:7:0",
            "audience": "APPLICANT",
            "recipient": "applicant/1",
            "kind": "TURN_CAME",
            "language": "kk",
            "subject": "Кезек",
            "text": "Т\n",
            "short": "",
            "deliver_by": "2021-06-13T19:13:20.000+06:00",
            "notification": {
                "id": "710000000:7:0",
                "locality": "710000000",
                "audience": "APPLICANT",
                "recipient": "applicant/1",
                "kind": "TURN_CAME",
                "at": "2021-06-10T10:40:00.000+06:00",
                "application_id": "application/1",
                "deadline": "2021-06-13T22:00:00.000+06:00",
                "term": "CHOICE",
                "places": 3,
            },
        },
    }


@pytest.mark.parametrize("secret", ["", "whsec_!!!!", "whsec_c2hvcnQ=", OLD.removeprefix("whsec_")])
def test_a_secret_that_is_none_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(WebhookError) as refused:
        WebhookChannel(WebhookSettings((secret,)))
    assert not secret or secret not in str(refused.value)
    assert OLD not in repr(WebhookSettings((OLD,)))


@pytest.mark.parametrize(
    ("status", "retry_after", "result"),
    [
        (200, None, Delivered(200)),
        (204, "5", Delivered(204)),
        (301, None, Refused("HTTP_3XX", 301)),
        (400, None, Refused("HTTP_4XX", 400)),
        (410, None, Refused("HTTP_4XX", 410)),
        (408, None, Failed("HTTP_408", 408)),
        (425, None, Failed("HTTP_425", 425)),
        (429, "7", Failed("HTTP_429", 429, 7.0)),
        (500, "7", Failed("HTTP_5XX", 500)),
        (503, "7", Failed("HTTP_5XX", 503, 7.0)),
    ],
)
def test_an_answer_means_what_http_says(status: int, retry_after: str | None, result: Result) -> None:
    assert result_of(status, retry_after) == result


def test_retry_after_is_a_number_or_a_date() -> None:
    assert seconds_of(" 120 ") == 120
    soon = seconds_of(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
    assert soon is not None
    assert 85 < soon <= 90
    assert seconds_of(format_datetime(datetime.now(UTC) - timedelta(seconds=90), usegmt=True)) == 0
    for nothing in (None, "", "soon", "-3", "1e3", "٣", "9" * 400, "Fri, 20 Nov 2026 10:00:00 +99999999999999"):
        assert seconds_of(nothing) in (None, float("inf"))


@pytest.mark.parametrize("address", ["http://[", "nonsense", "", "ftp://x/y", "https://user:secret@host/p"])
def test_an_endpoint_is_told_of_every_address_without_its_secrets(address: str) -> None:
    endpoint = WebhookChannel(WebhookSettings((OLD,))).endpoint(address)
    assert "secret" not in endpoint
