"""Messages by when they were decided: how many of some days came in time (`consumers.indicators.deliveries`)."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index. Whoever writes waits for about a second a million messages."""
    op.execute("CREATE INDEX messages_decided ON messages (at, locality)")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX messages_decided")
