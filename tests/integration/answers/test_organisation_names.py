"""Names for messages: those of the registers, none without registers, and none that are not certain."""

import pytest

from consumers.reading.store import StoreUnavailable
from consumers.registers.connection import connect
from consumers.registers.settings import RegistersSettings
from consumers.registers.upgrading import make_ready
from infra.readers.organisation_names import OrganisationNames
from schemas.instants import Instant

pytestmark = pytest.mark.integration


def test_names_are_those_of_the_registers(postgres: str, prefix: str) -> None:
    registers = RegistersSettings(postgres, f"{prefix.rstrip('.')}_names")
    names = OrganisationNames(registers)
    with pytest.raises(StoreUnavailable):
        names.refresh()
    assert names("kg-1") is None
    make_ready(registers)
    connection = connect(registers, "test")
    rows = [("710000000", "kg-1", "Балапан"), ("710000000", "kg-2", "Күншуақ"), ("750000000", "kg-2", "Айгөлек")]
    for locality, organisation, name in rows:
        connection.execute(
            "INSERT INTO organisations VALUES (%s, %s, %s, 'STATE', 'GENERAL', '{}', %s, NULL, 1, 1, %s)",
            (locality, organisation, name, Instant(0), Instant(0)),
        )
    connection.close()
    names.refresh()
    assert names("kg-1") == "Балапан"
    assert names("kg-2") is None, "two localities call it differently"
    assert names("kg-3") is None
