-- The indicators. Names are without a schema: whoever runs this has set the search path to one schema alone.
-- Words of the contract are text: a new word needs no migration.

CREATE TABLE positions (
    source text NOT NULL,
    partition integer NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, partition)
) WITH (fillfactor = 50);

-- What the contract says of each indicator; written anew by each reader that starts.
CREATE TABLE indicators (
    indicator text PRIMARY KEY,
    kind text NOT NULL,
    unit text NOT NULL,
    dimensions text[] NOT NULL,
    source text NOT NULL,
    bounds double precision[] NOT NULL
);

-- One row for each part of each window of each subject, as the newest record of the topic has it.
CREATE TABLE measures (
    level text NOT NULL,
    subject text NOT NULL,
    locality text NOT NULL,
    "window" text NOT NULL,
    partition integer NOT NULL,
    late text NOT NULL,
    starts timestamp NOT NULL,
    final boolean NOT NULL,
    through bigint NOT NULL,
    until timestamptz NOT NULL,
    figures jsonb NOT NULL,
    PRIMARY KEY (level, subject, locality, "window", partition, late, starts)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- What there are figures of, and the newest of each: its book time, its newest day.
CREATE TABLE subjects (
    level text NOT NULL,
    subject text NOT NULL,
    locality text NOT NULL,
    partition integer NOT NULL,
    late text NOT NULL,
    region text NOT NULL GENERATED ALWAYS AS (
        left(CASE level WHEN 'NATION' THEN '' WHEN 'REGION' THEN subject WHEN 'LOCALITY' THEN subject ELSE locality END, 2)
    ) STORED,
    until timestamptz NOT NULL,
    newest timestamp NOT NULL,
    PRIMARY KEY (level, subject, locality, partition, late)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX subjects_by_region ON subjects (level, region);
CREATE INDEX subjects_by_locality ON subjects (locality, level) WHERE locality <> '';

CREATE TABLE dead_letters (
    day date NOT NULL,
    locality text NOT NULL,
    publisher text NOT NULL,
    topic text NOT NULL,
    cause text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (day, locality, publisher, topic, cause)
) WITH (fillfactor = 70);
CREATE INDEX dead_letters_by_publisher ON dead_letters (publisher, day);
