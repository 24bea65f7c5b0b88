"""Contacts: whom messages reach, in which language, where; and a role that may read them and nothing else."""

from alembic import op

revision = "0001"
down_revision = None

# Runs with the schema first in the search path. The checks are those of `directory.py`, as far as SQL can say them.
TABLES = """
CREATE TABLE contacts (
    audience    text        NOT NULL CHECK (audience IN ('APPLICANT', 'ORGANISATION')),
    recipient   text        COLLATE "C" NOT NULL CHECK (length(recipient) BETWEEN 1 AND 64),
    language    text        NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    changed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (audience, recipient)
);

CREATE TABLE addresses (
    audience    text        NOT NULL,
    recipient   text        COLLATE "C" NOT NULL,
    rank        smallint    NOT NULL CHECK (rank BETWEEN 1 AND 8),
    channel     text        NOT NULL CHECK (channel ~ '^[a-z][a-z0-9_-]{0,31}$'),
    address     text        NOT NULL CHECK (length(address) <= 512),
    PRIMARY KEY (audience, recipient, rank),
    UNIQUE (audience, recipient, channel, address),
    FOREIGN KEY (audience, recipient) REFERENCES contacts ON DELETE CASCADE
);
"""

COMMENTS = {
    "TABLE contacts": "Whom messages are for. Personal data together with addresses: never in events, logs, metrics.",
    "COLUMN contacts.audience": "APPLICANT or ORGANISATION: ids are unique only among those of one audience.",
    "COLUMN contacts.recipient": "Opaque id of the applicant or the organisation, as in events.",
    "COLUMN contacts.language": "Language of messages: kk, ru or en.",
    "COLUMN contacts.changed_at": "When this contact was last brought in or changed.",
    "TABLE addresses": "Where a contact is reached. Personal data.",
    "COLUMN addresses.audience": "As contacts.audience.",
    "COLUMN addresses.recipient": "As contacts.recipient.",
    "COLUMN addresses.rank": "Order of preference: 1 is tried first.",
    "COLUMN addresses.channel": "Which channel reaches it: smtp, webhook, file, console, or a channel of your own.",
    "COLUMN addresses.address": "What the channel needs: a mailbox, a URL; empty where it needs nothing.",
}

# Roles belong to the whole server, so the name is made of the schema's.
ROLE = """
DO $$
DECLARE reader text := current_schema() || '_reader';
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = reader) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', reader);
        EXECUTE format('COMMENT ON ROLE %I IS %L', reader, 'Reads the contacts of Oryn''s messages, and nothing else.');
    END IF;
    IF NOT pg_has_role(current_user, reader, 'MEMBER') THEN
        EXECUTE format('GRANT %I TO %I', reader, current_user);
    END IF;
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), reader);
END $$
"""


def upgrade() -> None:
    """Make everything."""
    op.execute(TABLES)
    for of, text in COMMENTS.items():
        op.execute(f"COMMENT ON {of} IS '{text}'")
    op.execute(ROLE)


def downgrade() -> None:
    """Drop the tables, and all contacts with them. The role stays: it may have been given to people."""
    op.execute("DROP TABLE addresses, contacts")
