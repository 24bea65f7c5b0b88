"""What `make simulate`, `make fuzz` and `make chaos` are told wrongly they refuse in words, with exit code 2."""

from collections.abc import Callable

import pytest

from tests.faults.chaos.__main__ import arguments as chaos
from tests.fuzz.__main__ import main as fuzz
from tests.fuzz.hostile.__main__ import main as hostile
from tests.fuzz.hostile.replay import main as replay
from tests.simulation.__main__ import main as simulate

WRONG: list[tuple[Callable[[list[str]], object], list[str], str]] = [
    (simulate, ["--seed", "abc"], "'abc' is no whole number from 0 on"),
    (simulate, ["--seed", "-1"], "'-1' is no whole number from 0 on"),
    (simulate, ["--count", "0"], "'0' is no whole number from 1 on"),
    (simulate, ["--workers", "0"], "'0' is no whole number from 1 on"),
    (simulate, ["--bug", "moth"], "invalid choice: 'moth'"),
    (fuzz, ["--events", "-1"], "'-1' is no whole number from 1 on"),
    (fuzz, ["--history", "0"], "'0' is no whole number from 1 on"),
    (hostile, ["--seconds", "0"], "nothing is tried in 0 seconds"),
    (hostile, ["--targets", "moth"], "invalid choice: 'moth'"),
    (hostile, ["--targets"], "expected at least one argument"),
    (chaos, ["--seconds", "0"], "'0' is no number above zero"),
    (chaos, ["--storm", "nan"], "'nan' is no number above zero"),
    (chaos, ["--calm", "inf"], "'inf' is no number above zero"),
    (chaos, ["--campaign", "moon"], "invalid choice: 'moon'"),
    (chaos, ["--days", "0"], "'0' is no whole number from 1 on"),
]


@pytest.mark.parametrize(("command", "words", "said"), WRONG, ids=[" ".join(words) for _, words, _ in WRONG])
def test_a_wrong_word_is_refused(
    command: Callable[[list[str]], object], words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["moth", "hex:00"], "no target 'moth'"),
        (["lines"], "no input for lines"),
        (["lines", "hex:0g"], "'hex:0g' is no input"),
        (["lines", "no/such/file"], "no/such/file"),
    ],
)
def test_what_is_no_input_is_not_replayed(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(words) == 2
    assert said in capsys.readouterr().err
