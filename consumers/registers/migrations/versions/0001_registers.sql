-- The registers. Names are without a schema: whoever runs this has set the search path to one schema alone.
-- Words of the rule book are text: a new word needs no migration. Indexes serve the questions of docs/registers.md.

CREATE TABLE about (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    copy uuid NOT NULL DEFAULT gen_random_uuid(),
    made_at timestamptz NOT NULL DEFAULT now(),
    oldest_writer text NOT NULL
);
INSERT INTO about (oldest_writer) VALUES ('0001');

CREATE TABLE positions (
    source text NOT NULL,
    partition integer NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, partition)
) WITH (fillfactor = 50);

CREATE TABLE localities (
    locality text PRIMARY KEY,
    region text NOT NULL GENERATED ALWAYS AS (left(locality, 2)) STORED,
    zone text NOT NULL,
    records bigint NOT NULL,
    until timestamptz NOT NULL,
    head text NOT NULL,
    bulletins integer NOT NULL,
    last_bulletin_hash text
) WITH (fillfactor = 50);

CREATE TABLE organisations (
    locality text NOT NULL,
    organisation_id text NOT NULL,
    name text NOT NULL,
    ownership text NOT NULL,
    kind text NOT NULL,
    profiles text[] NOT NULL,
    registered_at timestamptz NOT NULL,
    closed_at timestamptz,
    record bigint NOT NULL,
    last_record bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (locality, organisation_id)
);

CREATE TABLE places (
    locality text NOT NULL,
    place_id text NOT NULL,
    organisation_id text NOT NULL,
    queue text NOT NULL,
    birth_year integer NOT NULL,
    age_from integer NOT NULL,
    age_to integer NOT NULL,
    language text NOT NULL,
    group_type text NOT NULL,
    regime text NOT NULL,
    admission text NOT NULL,
    admission_from date NOT NULL,
    admission_until date,
    attendance text[],
    stage text NOT NULL,
    released_at timestamptz NOT NULL,
    offered_at timestamptz NOT NULL,
    returns integer NOT NULL,
    bulletin integer,
    window_until timestamptz,
    application_id text,
    vacated_at timestamptz,
    recall_reason text,
    record bigint NOT NULL,
    last_record bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (locality, place_id)
) WITH (fillfactor = 70);
CREATE INDEX places_by_organisation ON places (locality, organisation_id, stage);

CREATE TABLE applications (
    locality text NOT NULL,
    application_id text NOT NULL,
    applicant_id text NOT NULL,
    child_id text NOT NULL,
    queue text NOT NULL,
    channel text NOT NULL,
    submitted_at timestamptz NOT NULL,
    registered_at timestamptz NOT NULL,
    documents_until timestamptz NOT NULL,
    state text NOT NULL,
    "group" text,
    queued_at timestamptz,
    number_stated integer,
    until timestamptz,
    access_until timestamptz,
    referral integer,
    place_id text,
    stay_referral integer,
    stay_place_id text,
    lapses integer NOT NULL,
    left_at timestamptz,
    reason text,
    record bigint NOT NULL,
    last_record bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (locality, application_id)
) WITH (fillfactor = 70);
CREATE INDEX applications_by_child ON applications (child_id);
CREATE INDEX applications_by_applicant ON applications (applicant_id);
CREATE INDEX applications_by_queue ON applications (locality, queue, state);

CREATE TABLE referrals (
    locality text NOT NULL,
    referral integer NOT NULL,
    application_id text NOT NULL,
    place_id text NOT NULL,
    organisation_id text NOT NULL,
    queue text NOT NULL,
    how text NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    issued_at timestamptz NOT NULL,
    documents_until timestamptz,
    activated_at timestamptz,
    until timestamptz,
    extension_days integer,
    extension_reason text,
    ended_at timestamptz,
    cause text,
    reason text,
    record bigint NOT NULL,
    last_record bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (locality, referral)
) WITH (fillfactor = 70);
CREATE INDEX referrals_by_application ON referrals (locality, application_id);
CREATE INDEX referrals_by_organisation ON referrals (locality, organisation_id);
CREATE UNIQUE INDEX referrals_live ON referrals (locality, place_id) WHERE state <> 'ENDED';

CREATE TABLE accesses (
    locality text NOT NULL,
    application_id text NOT NULL,
    queue text NOT NULL,
    granted_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    places integer NOT NULL,
    state text NOT NULL,
    ended_at timestamptz,
    record bigint NOT NULL,
    last_record bigint NOT NULL,
    PRIMARY KEY (locality, application_id, record)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX accesses_live ON accesses (locality, application_id) WHERE state = 'LIVE';

CREATE TABLE bulletins (
    locality text NOT NULL,
    number integer NOT NULL,
    date date NOT NULL,
    issued_at timestamptz NOT NULL,
    places integer NOT NULL,
    recalled integer NOT NULL,
    previous_bulletin_hash text NOT NULL,
    bulletin_hash text NOT NULL,
    record bigint NOT NULL,
    PRIMARY KEY (locality, number)
);

CREATE TABLE bulletin_entries (
    locality text NOT NULL,
    number integer NOT NULL,
    part text NOT NULL,
    line integer NOT NULL,
    place_id text NOT NULL,
    organisation_id text,
    queue text,
    at timestamptz NOT NULL,
    birth_year integer,
    age_from integer,
    age_to integer,
    language text,
    group_type text,
    regime text,
    admission text,
    admission_from date,
    admission_until date,
    attendance text[],
    reason text,
    PRIMARY KEY (locality, number, part, line)
);
CREATE INDEX bulletin_entries_by_place ON bulletin_entries (locality, place_id);

CREATE TABLE rejections (
    locality text NOT NULL,
    record bigint NOT NULL,
    at timestamptz NOT NULL,
    topic text,
    source text,
    event_id text,
    type text,
    reason text NOT NULL,
    detail text NOT NULL,
    organisation_id text,
    place_id text,
    application_id text,
    PRIMARY KEY (locality, record)
);
CREATE INDEX rejections_by_time ON rejections (locality, at);
CREATE INDEX rejections_by_source ON rejections (source, at);

CREATE TABLE movements (
    locality text NOT NULL,
    application_id text NOT NULL,
    record bigint NOT NULL,
    fact integer NOT NULL,
    at timestamptz NOT NULL,
    queue text NOT NULL,
    what text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    from_group text,
    to_group text,
    reason text,
    number_stated integer,
    referral integer,
    event text,
    timer text,
    PRIMARY KEY (locality, application_id, record, fact)
);
CREATE INDEX movements_by_time ON movements (locality, at);

CREATE TABLE stages (
    locality text NOT NULL,
    record bigint NOT NULL,
    nth integer NOT NULL,
    application_id text NOT NULL,
    stage text NOT NULL,
    at timestamptz NOT NULL,
    result text NOT NULL,
    due timestamptz,
    bound text,
    in_time boolean,
    referral integer,
    PRIMARY KEY (locality, record, nth)
);
CREATE INDEX stages_by_application ON stages (locality, application_id);
CREATE INDEX stages_by_time ON stages (locality, at);

-- Versions that ended: the row as it was, until when, and the record that ended it. They are only ever added.
CREATE TABLE organisation_history (LIKE organisations, valid_until timestamptz NOT NULL, ended_by bigint NOT NULL,
    PRIMARY KEY (locality, organisation_id, last_record));
CREATE TABLE place_history (LIKE places, valid_until timestamptz NOT NULL, ended_by bigint NOT NULL,
    PRIMARY KEY (locality, place_id, last_record));
CREATE TABLE application_history (LIKE applications, valid_until timestamptz NOT NULL, ended_by bigint NOT NULL,
    PRIMARY KEY (locality, application_id, last_record));
CREATE TABLE referral_history (LIKE referrals, valid_until timestamptz NOT NULL, ended_by bigint NOT NULL,
    PRIMARY KEY (locality, referral, last_record));
