"""Odd arguments of `oryn gateway` and `oryn contacts` are told as such, before any service is asked."""

import sys

import pytest

from infra import cli

WRONG_USE = 2
NOT_UTF8 = "a\udcff"  # as Python reads a byte that is no UTF-8
NOWHERE = "postgresql://oryn@127.0.0.1:1/oryn"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gateway", "log", "--limit", "99999999999999999999"), "less than or equal to 100000"),
        (("gateway", "log", "--limit", "0"), "greater than or equal to 1"),
        (("gateway", "log", NOT_UTF8), "no text in UTF-8"),
        (("gateway", "log", "--recipient", NOT_UTF8), "no text in UTF-8"),
        (("gateway", "retry", "710000000:1:0", NOT_UTF8), "no text in UTF-8"),
        (("gateway", "retry", "a\0b"), "NUL"),
        (("gateway", "forget", "--days", "4000000"), "less than or equal to 36525"),
        (("gateway", "forget", "--days", "39"), "greater than or equal to 40"),
        (("contacts", "show", NOT_UTF8), "no text in UTF-8"),
        (("contacts", "forget", "ap-1", NOT_UTF8), "no text in UTF-8"),
    ],
)
def test_an_argument_that_cannot_be_is_named(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORYN_POSTGRES_URL", NOWHERE)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "argv", ["oryn", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    out, err = capsys.readouterr()
    assert (left.value.code, out) == (WRONG_USE, "")
    assert said in err
