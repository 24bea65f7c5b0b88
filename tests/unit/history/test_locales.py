"""The words: the same messages and variables in all languages, a text for every name of the rule book, real grammar."""

import re
from enum import StrEnum
from typing import get_args

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from consumers.history.fold import Move
from consumers.history.phrases import fact_phrase
from consumers.history.report import Argument, Deadline, Phrase, Records
from consumers.history.standing import Status
from consumers.history.texts import Language, Texts, TextsError, language_of, source
from schemas import events as e
from schemas import facts as f
from schemas import words
from schemas.instants import Instant, parse_instant
from schemas.zones import zone_of

ALMATY = zone_of("710000000")
NAMED: dict[str, type[StrEnum]] = {
    "reason": words.Reason,
    "archive": words.ArchiveReason,
    "end": words.EndCause,
    "stay": words.StayCause,
    "recall": words.RecallReason,
    "refusal": words.RefusalReason,
    "extension": words.ExtensionReason,
    "group": words.Group,
    "how": words.How,
    "of": words.Subject,
    "group-type": words.GroupType,
    "regime": words.Regime,
    "admission": words.Admission,
    "ownership": words.Ownership,
    "organisation-kind": words.OrganisationKind,
    "stage": words.Stage,
    "stage-name": words.Stage,
}


class Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # the visitor's protocol
        self.names.add(node.id.name)


def messages(language: Language) -> dict[str, set[str]]:
    """Every message of a locale with its variables."""
    found: dict[str, set[str]] = {}
    for entry in FluentParser().parse(source(language)).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice"
            variables = Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.names
    return found


def texts(language: Language) -> Texts:
    return Texts(language, ALMATY)


@pytest.mark.parametrize("language", Language)
def test_all_languages_have_the_same_messages_with_the_same_variables(language: Language) -> None:
    assert messages(language) == messages(Language.ENGLISH)


@pytest.mark.parametrize("language", Language)
def test_every_name_of_the_rule_book_has_a_text(language: Language) -> None:
    known = messages(language)
    wanted = {f"fact-{kind.__name__}" for kind in get_args(f.AnyFact)}
    wanted |= {f"{prefix}-{name}" for prefix, names in NAMED.items() for name in names}
    wanted |= {f"event-{kind.__name__}" for kinds in e.EVENTS_BY_TOPIC.values() for kind in kinds}
    wanted |= {f"change-{move}-{group}" for move in (Move.QUEUED, Move.SERVED) for group in words.Group}
    wanted |= {f"change-{move}" for move in Move if move not in (Move.QUEUED, Move.SERVED)}
    wanted |= {f"now-{status.lower()}" for status in Status if status is not Status.REFERRED}
    assert wanted - set(known) == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 11, 21, 1234])
def test_every_message_can_be_said(language: Language, count: int) -> None:
    for message, variables in messages(language).items():
        # A number where the message counts, a text elsewhere.
        arguments: dict[str, Argument] = {
            name: count if name in {"count", "places", "more"} else "x" for name in variables
        }
        said = texts(language).say(Phrase(message, arguments))
        assert said
        assert "{" not in said
        assert "1,234" not in said
        assert "  " not in said


def test_a_count_takes_the_plural_form_of_its_language() -> None:
    def said(language: Language, count: int) -> str:
        return texts(language).word("change-served-GENERAL", count=count)

    assert said(Language.ENGLISH, 1) == "1 general application got a referral"
    assert said(Language.ENGLISH, 2) == "2 general applications got a referral"
    assert said(Language.RUSSIAN, 1) == "1 заявление общей очереди получило направление"
    assert said(Language.RUSSIAN, 3) == "3 заявления общей очереди получили направления"
    assert said(Language.RUSSIAN, 11) == "11 заявлений общей очереди получили направления"
    assert said(Language.RUSSIAN, 21) == "21 заявление общей очереди получило направление"
    assert said(Language.KAZAKH, 1) == "жалпы кезектегі 1 өтініш жолдама алды"
    assert said(Language.KAZAKH, 5) == "жалпы кезектегі 5 өтініш жолдама алды"


@pytest.mark.parametrize("language", [Language.KAZAKH, Language.RUSSIAN])
def test_no_language_falls_back_to_another_ones_letters(language: Language) -> None:
    latin = re.compile(r"[A-Za-z]{3,}")
    for message, variables in messages(language).items():
        said = texts(language).say(Phrase(message, dict.fromkeys(variables, "1")))
        assert set(latin.findall(said)) <= {"oryn", "verify", "ISO", "kind", "locality"}, said


@pytest.mark.parametrize(
    ("language", "words_"),
    [
        (Language.ENGLISH, "12 June 2021, 09:14"),
        (Language.RUSSIAN, "12 июня 2021 г., 09:14"),
        (Language.KAZAKH, "2021 ж. 12 маусым, 09:14"),
    ],
)
def test_a_moment_is_said_in_local_time_and_in_words(language: Language, words_: str) -> None:
    assert texts(language).moment(parse_instant("2021-06-12T03:14:59Z")) == words_


def test_a_moment_after_1_march_2024_has_the_new_offset() -> None:
    assert texts(Language.ENGLISH).moment(parse_instant("2024-03-02T03:14:00Z")) == "2 March 2024, 08:14"


def test_midnight_ends_the_day_before() -> None:
    said = texts(Language.ENGLISH).deadline(parse_instant("2021-06-16T00:00:00+06:00"))
    assert said == "15 June 2021, 24:00"
    assert texts(Language.ENGLISH).deadline(parse_instant("2021-06-15T18:30:00+06:00")) == "15 June 2021, 18:30"


def test_control_characters_of_a_foreign_journal_do_not_reach_the_terminal() -> None:
    fact = f.ApplicationSuspended("a-1", "\x1b[2J\u202egone")
    said = texts(Language.ENGLISH).say(fact_phrase(fact))
    assert said == "Suspended by the authority: \ufffd[2J\ufffdgone."


def test_a_message_that_does_not_fit_its_arguments_is_an_error() -> None:
    with pytest.raises(TextsError, match="no message"):
        texts(Language.ENGLISH).word("never-written")
    with pytest.raises(TextsError, match="change-served-GENERAL"):
        texts(Language.ENGLISH).word("change-served-GENERAL")


def test_records_are_named_up_to_a_bound_with_the_last_one() -> None:
    records = Records(limit=3)
    for sequence in (7, 7, 9, 11, 13, 15):
        records.add(sequence)
    assert records.shown == [7, 9, 11]
    assert records.count == 5
    assert texts(Language.ENGLISH).records(records, 2) == "records 7, 9 and 3 more, the last 15"
    one = Records(limit=3)
    one.add(5)
    assert texts(Language.RUSSIAN).records(one, 2) == "запись 5"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LC_ALL": "kk_KZ.UTF-8", "LANG": "ru_RU.UTF-8"}, Language.KAZAKH),
        ({"LANG": "ru_KZ.UTF-8"}, Language.RUSSIAN),
        ({"LC_ALL": "", "LANG": "kk"}, Language.KAZAKH),
        ({"LANG": "C.UTF-8"}, Language.ENGLISH),
        ({"LC_ALL": "C", "LANG": "ru_RU"}, Language.ENGLISH),
        ({}, Language.ENGLISH),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], language: Language) -> None:
    assert language_of(environment) is language


def test_a_fact_without_a_deadline_says_none() -> None:
    say = texts(Language.ENGLISH).say
    early = f.ReferralActivated("a-1", "pl-1")
    dated = f.ReferralActivated("a-1", "pl-1", parse_instant("2021-06-16T00:00:00+06:00"))
    assert say(fact_phrase(early)).endswith("is active; its term begins when the place is vacated.")
    assert say(fact_phrase(dated)).endswith("is active until 15 June 2021, 24:00.")
    assert fact_phrase(dated).arguments["until"] == Deadline(Instant(parse_instant("2021-06-16T00:00:00+06:00")))
