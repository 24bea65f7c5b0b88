-- Puts what registers know (expected.sql) into windows, and holds the stored figures against it. {figures} is the view
-- of the indicators' schema; the search path is the registers'.

-- What there is of each subject: every level, its windows that follow each other; of a locality also those that overlap,
-- once they are over: before that they are told when something changes.
CREATE TEMPORARY TABLE counted AS
WITH local AS (
    SELECT h.*, h.at AT TIME ZONE l.zone AS local, date_trunc('hour', l.until AT TIME ZONE l.zone) AS newest
    FROM (
        SELECT locality, organisation, queue, at, indicator, key, 1 AS count, minutes, false AS stock FROM happened
        UNION ALL
        SELECT locality, organisation, queue, at, indicator, key, change, NULL, true FROM changed
    ) h JOIN localities l USING (locality)
), subjects AS (
    SELECT s.level, s.subject, s.within, l.local, l.newest, l.indicator, l.key, l.count, l.minutes, l.stock
    FROM local l
    CROSS JOIN LATERAL (VALUES
        ('NATION', '', ''), ('REGION', left(l.locality, 2), ''), ('LOCALITY', l.locality, l.locality),
        ('ORGANISATION', l.organisation, l.locality), ('QUEUE', l.queue, l.locality)
    ) s (level, subject, within)
    WHERE s.subject IS NOT NULL
)
SELECT s.level, s.subject, s.within, w."window", w.starts, s.indicator, s.key, s.stock,
    sum(s.count)::bigint AS count, sum(s.minutes)::bigint AS total
FROM subjects s
CROSS JOIN LATERAL (
    SELECT 'HOUR' AS "window", date_trunc('hour', s.local) AS starts WHERE s.level IN ('NATION', 'REGION', 'LOCALITY')
    UNION ALL SELECT 'DAY', date_trunc('day', s.local)
    UNION ALL SELECT 'WEEK', date_trunc('week', s.local)
    UNION ALL
    SELECT 'LAST_24_HOURS', starts
    FROM generate_series(date_trunc('hour', s.local) - interval '23 hours', date_trunc('hour', s.local), '1 hour') starts
    WHERE s.level = 'LOCALITY' AND starts <= s.newest - interval '24 hours'
    UNION ALL
    SELECT 'LAST_7_DAYS', starts
    FROM generate_series(date_trunc('day', s.local) - interval '6 days', date_trunc('day', s.local), '1 day') starts
    WHERE s.level = 'LOCALITY' AND starts <= date_trunc('day', s.newest) - interval '7 days'
) w
GROUP BY s.level, s.subject, s.within, w."window", w.starts, s.indicator, s.key, s.stock;

CREATE TEMPORARY TABLE stored AS
SELECT level, subject, locality AS within, "window", starts, indicator, key, kind = 'STOCK' AS stock, count, total,
    level_at_end
FROM {figures}
WHERE "window" IN ('HOUR', 'DAY', 'WEEK') OR (level = 'LOCALITY' AND final);

-- How many there are after each moment, to hold levels against.
CREATE TEMPORARY TABLE standing AS
SELECT level, subject, within, indicator, key, starts,
    sum(count) OVER (PARTITION BY level, subject, within, indicator, key ORDER BY starts) AS level_then
FROM counted
WHERE stock AND "window" = CASE WHEN level IN ('ORGANISATION', 'QUEUE') THEN 'DAY' ELSE 'HOUR' END;
CREATE INDEX ON standing (level, subject, within, indicator, key, starts);
ANALYZE counted, stored, standing;
