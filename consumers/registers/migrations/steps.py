"""What steps share: SQL files run as they are. Never builds a statement."""

from pathlib import Path

from alembic import op

from consumers.registers.upgrading import DDL_LOCK_TIMEOUT

FOLDER = Path(__file__).parent / "versions"


def run(*files: str) -> None:
    """Run files of SQL in the step's transaction."""
    for file in files:
        _execute((FOLDER / file).read_text(encoding="utf-8"))


def index_beside(name: str, on: str) -> None:
    """Make an index while writers write. Repeatable: what an interrupted attempt left is taken away first."""
    with op.get_context().autocommit_block():
        # It waits for transactions that began before it, without stopping anybody, so it may wait long.
        _execute("SET lock_timeout = 0")
        _execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        _execute(f"CREATE INDEX CONCURRENTLY {name} ON {on}")
        _execute(f"SET lock_timeout = '{DDL_LOCK_TIMEOUT}'")


def _execute(text: str) -> None:
    # On the driver itself: SQLAlchemy would take a colon for a parameter.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None, "a step has a connection"
    connection.execute(text)
