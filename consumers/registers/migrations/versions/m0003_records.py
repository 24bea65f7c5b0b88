"""What a record did, by its number: who asks for one record looks through no locality's years.

Only what is added and never changed is indexed, so that the writer's own updates stay as short as they are: a version
that a record made is found by the one that it ended, or by the row that it began.
"""

from consumers.registers.migrations.steps import index_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make them, beside a writer that writes."""
    index_beside("movements_by_record", "movements (locality, record)")
    index_beside("places_by_record", "places (locality, record)")
    index_beside("place_history_by_end", "place_history (locality, ended_by)")
    index_beside("application_history_by_end", "application_history (locality, ended_by)")
    index_beside("referral_history_by_end", "referral_history (locality, ended_by)")
