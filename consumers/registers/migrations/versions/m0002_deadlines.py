"""One list of all terms that run, with an index for each kind of term."""

from consumers.registers.migrations.steps import index_beside, run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them, beside a writer that writes."""
    index_beside("applications_documents_until", "applications (locality, documents_until) WHERE state = 'REGISTERED'")
    index_beside("applications_until", "applications (locality, until) WHERE state IN ('DEFERRED', 'STOPPED')")
    # Not WHERE state = 'LIVE': the writer looks live accesses up by that, and must never be led here.
    index_beside("accesses_until", "accesses (locality, until) WHERE ended_at IS NULL")
    index_beside("referrals_documents_until", "referrals (locality, documents_until) WHERE state = 'ISSUED'")
    index_beside("referrals_until", "referrals (locality, until) WHERE state = 'ACTIVE'")
    index_beside("places_window_until", "places (locality, window_until) WHERE stage = 'PRIORITY'")
    run("0002_deadlines.sql")
