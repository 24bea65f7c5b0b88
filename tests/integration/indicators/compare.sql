-- Puts what registers know (expected.sql) into windows, and holds the stored figures against it. {figures} is the view
-- of the indicators' schema; the search path is the registers'.

CREATE TEMPORARY TABLE stored AS
SELECT level, subject, locality AS within, "window", starts, indicator, key, kind = 'STOCK' AS stock, count, total,
    level_at_end, final, starts + CASE "window"
        WHEN 'HOUR' THEN interval '1 hour' WHEN 'DAY' THEN interval '1 day'
        WHEN 'LAST_24_HOURS' THEN interval '1 day' ELSE interval '7 days' END AS ends
FROM {figures}
-- Windows that overlap are told when something changes in their last hour or day: whole once they are over. Of those that
-- begin each hour a quarter is held against what was counted, around the hours at which most happens.
WHERE ("window" IN ('HOUR', 'DAY', 'WEEK') OR final)
    AND ("window" <> 'LAST_24_HOURS' OR extract(hour FROM starts) IN (0, 5, 7, 13, 18, 23));

-- Windows of nation and regions that overlap: it depends on all their localities whether they are over.
CREATE TEMPORARY TABLE over AS
SELECT DISTINCT level, subject, "window", starts FROM stored
WHERE level IN ('NATION', 'REGION') AND "window" LIKE 'LAST%';
CREATE INDEX ON over (level, subject, "window", starts);
ANALYZE over;

-- What there is of each subject: every level, each window that follows another, and those that overlap and are over.
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
        AND extract(hour FROM starts) IN (0, 5, 7, 13, 18, 23)
    UNION ALL
    SELECT 'LAST_7_DAYS', starts
    FROM generate_series(date_trunc('day', s.local) - interval '6 days', date_trunc('day', s.local), '1 day') starts
    WHERE s.level = 'LOCALITY' AND starts <= date_trunc('day', s.newest) - interval '7 days'
    UNION ALL
    SELECT o."window", o.starts FROM over o
    WHERE o.level = s.level AND o.subject = s.subject AND o."window" = 'LAST_24_HOURS'
        AND o.starts > s.local - interval '1 day' AND o.starts <= s.local
    UNION ALL
    SELECT o."window", o.starts FROM over o
    WHERE o.level = s.level AND o.subject = s.subject AND o."window" = 'LAST_7_DAYS'
        AND o.starts > s.local - interval '7 days' AND o.starts <= s.local
) w
GROUP BY s.level, s.subject, s.within, w."window", w.starts, s.indicator, s.key, s.stock;

-- How many there are after each moment, to hold levels against.
CREATE TEMPORARY TABLE standing AS
SELECT level, subject, within, indicator, key, starts,
    sum(count) OVER (PARTITION BY level, subject, within, indicator, key ORDER BY starts) AS level_then
FROM counted
WHERE stock AND "window" = CASE WHEN level IN ('ORGANISATION', 'QUEUE') THEN 'DAY' ELSE 'HOUR' END;
CREATE INDEX ON standing (level, subject, within, indicator, key, starts);

-- And how many stocks are not 0 after each moment: as many must be in every window that is told.
CREATE TEMPORARY TABLE standing_stocks AS
SELECT level, subject, within, starts,
    sum(sum((level_then <> 0)::int - (before <> 0)::int)) OVER (PARTITION BY level, subject, within ORDER BY starts) AS stocks
FROM (
    SELECT *, coalesce(lag(level_then) OVER (PARTITION BY level, subject, within, indicator, key ORDER BY starts), 0) AS before
    FROM standing
) steps
GROUP BY level, subject, within, starts;
CREATE INDEX ON standing_stocks (level, subject, within, starts);
ANALYZE counted, stored, standing, standing_stocks;
