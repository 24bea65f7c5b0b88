"""What a text owes to a family by the rules: what a lapse leads to, who chooses open places, that a number changes."""

import re

import pytest
from msgspec.structs import replace

from consumers.notification_gateway.channels import Language
from consumers.notification_gateway.rendering import Renderer
from consumers.notification_gateway.rendering_words import Words
from schemas.outputs import MessageKind, Term
from schemas.words import Group
from streams.rules.pack import KZ_2020
from tests.unit.notification_gateway.examples import every

RENDERER = Renderer()
# Whoever has no access and may wait for one: there is no message about open places (R7.1), so it is told once here.
WAITING = {
    MessageKind.QUEUED,
    MessageKind.RETURNED,
    MessageKind.TURN_CAME,
    MessageKind.ACCESS_ENDING,
    MessageKind.ACCESS_LAPSED,
    MessageKind.ACCESS_REVOKED,
    MessageKind.REFERRAL_CANCELLED,
    MessageKind.REFERRAL_VOIDED,
    MessageKind.REFERRAL_REFUSED,
}
RUNNING = {
    MessageKind.REFERRAL_ISSUED,
    MessageKind.REFERRAL_ACTIVE,
    MessageKind.REFERRAL_ENDING,
    MessageKind.REFERRAL_EXTENDED,
}
ID_LONG = "a" * 20  # docs/message-texts.md: so long may an id be without a short form being cut


def said(language: Language, name: str) -> str:
    return Words(language).constant(name)


@pytest.mark.parametrize("language", Language)
def test_whoever_waits_is_told_who_may_choose_open_places(language: Language) -> None:
    sentence = said(language, "open-places")
    assert re.findall(r"\d+", sentence) == [str(KZ_2020.open_stage_first)]
    for kind in MessageKind:
        for notification in every(kind):
            assert (sentence in RENDERER.render(notification, language).body) == (kind in WAITING), notification


@pytest.mark.parametrize("language", Language)
def test_no_message_promises_another_one_about_a_free_place(language: Language) -> None:
    """What is announced is the own turn: of places that have become open nobody is told (R7.1)."""
    promises = re.compile(r"there is a place for you|будет место|орын шыққанда", re.IGNORECASE)
    for kind in MessageKind:
        for notification in every(kind):
            assert not promises.search(RENDERER.render(notification, language).body), notification


@pytest.mark.parametrize("language", Language)
def test_a_referral_that_may_lapse_says_what_that_leads_to(language: Language) -> None:
    sentence = said(language, "if-lapsed")
    assert re.findall(r"\d+", sentence) == [str(KZ_2020.stop_list_days)]
    for kind in RUNNING:
        for notification in every(kind):
            lapses = notification.deadline is not None and notification.term is not Term.VACATING
            assert (sentence in RENDERER.render(notification, language).body) == lapses, notification


@pytest.mark.parametrize("language", Language)
def test_a_number_in_a_queue_is_told_with_its_changes(language: Language) -> None:
    sentence = said(language, "number-changes")
    for kind in (MessageKind.REGROUPED, MessageKind.RESTORED, MessageKind.RETURNED):
        for notification in every(kind):
            body = RENDERER.render(notification, language).body
            assert (sentence in body) == (notification.number is not None), notification


@pytest.mark.parametrize("language", Language)
def test_the_general_group_is_not_called_a_queue(language: Language) -> None:
    """The general queue and the general group are two things, and stand in one mail."""
    assert said(language, "label-queue").lower() not in said(language, f"group-{Group.GENERAL}").lower()


@pytest.mark.parametrize("kind", MessageKind)
def test_a_short_form_is_whole_with_ids_of_twenty_characters(kind: MessageKind) -> None:
    for notification in every(kind):
        longer = replace(
            notification,
            application_id=notification.application_id and ID_LONG,
            referral=notification.referral and 123_456,
            number=notification.number and 12_345,
            number_in_group=notification.number_in_group and 12_345,
        )
        for language in Language:
            short = RENDERER.render(longer, language).short
            assert not short.endswith("…"), short
