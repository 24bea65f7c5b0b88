"""The tables of indicators and dead letters, the functions and views over them, their comments."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

FILES = ("0001_tables.sql", "0001_views.sql", "0001_comments.sql")


def upgrade() -> None:
    """Make them."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None, "a step has a connection"
    for file in FILES:
        # On the driver itself: SQLAlchemy would take a colon for a parameter.
        connection.execute((Path(__file__).parent / file).read_text(encoding="utf-8"))
