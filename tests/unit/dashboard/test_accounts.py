"""The file of accounts: changes at the same moment do not undo one another, and only its owner reads it."""

import stat
import threading
from pathlib import Path

import pytest

from consumers.dashboard.access import Role
from consumers.dashboard.accounts import Account, Accounts

LONG_S = 2.0


def test_a_change_in_the_middle_of_another_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "of" / "accounts.json"
    one, other = Accounts(file), Accounts(file)
    one.add("office", Role.NATION, "", "a password")
    meanwhile = threading.Thread(target=other.remove, args=("office",))
    write = one._write

    def slowly(accounts: dict[str, Account]) -> None:
        meanwhile.start()
        meanwhile.join(LONG_S)
        write(accounts)

    monkeypatch.setattr(one, "_write", slowly)
    one.add("auditor", Role.AUDITOR, "", "a password")
    meanwhile.join()
    assert [each.name for each in Accounts(file).all()] == ["auditor"], "who was removed stays removed"
    for each in file.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name
