"""Positions know which topic they are of: one that was made again under its name is another."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the topic's id."""
    op.execute("ALTER TABLE positions ADD COLUMN topic_id text")
    op.execute("COMMENT ON COLUMN positions.topic_id IS 'What Kafka calls this topic for as long as it lives.'")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE positions DROP COLUMN topic_id")
