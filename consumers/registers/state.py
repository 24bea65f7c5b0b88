"""How the registers are: which copies there are, their form, up to where they go. Only looks."""

from dataclasses import dataclass

from consumers.registers.connection import store_errors
from consumers.registers.settings import RegistersSettings
from consumers.registers.upgrading import connection_of, form_of, schema_exists
from schemas.instants import Instant


@dataclass(frozen=True)
class CopyState:
    """One copy. `form`: none when its migrations never ran; `positions`: (topic, partition) -> next offset."""

    schema: str
    form: str | None
    positions: dict[tuple[str, int], int]
    localities: int
    records: int
    until: Instant | None


def copies(settings: RegistersSettings) -> list[CopyState]:
    """The copies that are there: the live one, one that a rebuild makes, one that a rebuild has replaced.

    Raises: StoreUnavailable.
    """
    return [state for each in (settings, settings.following, settings.replaced) if (state := _state(each)) is not None]


def _state(settings: RegistersSettings) -> CopyState | None:
    with connection_of(settings) as connection, store_errors():
        if not schema_exists(connection, settings.schema):
            return None
        form = form_of(connection)
        if form is None:
            return CopyState(settings.schema, None, {}, 0, 0, None)
        found = connection.execute("SELECT topic, partition, next_offset FROM positions").fetchall()
        with connection.cursor(binary=True) as cursor:
            cursor.execute("SELECT count(*), coalesce(sum(records), 0)::bigint, max(until) FROM localities")
            ((localities, records, until),) = cursor.fetchall()
        positions = {(topic, partition): offset for topic, partition, offset in found}
        return CopyState(settings.schema, form, positions, localities, records, until)
