"""Who has a referral that runs: asked for each published order, of all referrals that there ever were.

Only those that run are indexed, a few hundred of a city, so that the writer pays little.
"""

from consumers.registers.migrations.steps import index_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make it, beside a writer that writes."""
    index_beside("referrals_live_by_application", "referrals (locality, application_id) WHERE state <> 'ENDED'")
