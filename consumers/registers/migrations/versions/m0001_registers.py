"""The registers, their history, their comments and views."""

from consumers.registers.migrations.steps import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    run("0001_registers.sql", "0001_views.sql", "0001_comments.sql")
