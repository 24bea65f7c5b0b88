-- The views as they were, but for two things.
--
-- How they look up what the contract says of an indicator: PostgreSQL takes what comes before it for one row, and read
-- the figures once for each indicator there is; OFFSET 0 has it look up the one that a figure is of. A question for one
-- indicator still opens that one alone.
--
-- What is final: a sum is when no part can change it any more. A part that has nothing to tell in a window, or not yet,
-- counts too: it has closed the window or not.

-- A part without a row in a window had nothing happen in it: its stocks stand as in its newest row before. A locality
-- whose records came late to windows that were final already is a part of its own (`late`).
CREATE OR REPLACE VIEW figures AS
SELECT
    p.level, p.region, p.locality, p.subject, p."window", p.starts, i.indicator, d.kind, d.unit, k.key,
    sum(CASE WHEN p.told THEN count_of(k.value) ELSE 0 END)::bigint AS count,
    sum(level_of(k.value))::bigint AS level_at_end,
    sum(total_of(k.value))::bigint AS total,
    (sum(total_of(k.value)) / nullif(sum(count_of(k.value)), 0))::double precision AS mean,
    quantile(sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION'), d.bounds, 0.5) AS median,
    quantile(sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION'), d.bounds, 0.9) AS percentile_90,
    sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION') AS buckets,
    p.final,
    max(p.until) AS until
FROM (
    SELECT
        w.level, s.region, w.locality, w.subject, w."window", w.starts, m.starts = w.starts AS told, m.figures, m.until,
        bool_and(
            CASE
                WHEN m.starts = w.starts THEN m.final
                WHEN s.late <> '' THEN true
                WHEN w.level NOT IN ('NATION', 'REGION') THEN s.newest >= w.starts + length_of(w."window")
                -- A part waits two days for its slowest locality, and closes its windows one after another.
                -- (Not EXISTS: PostgreSQL might read all subjects for it.)
                ELSE s.newest - interval '48 hours' >= w.starts + length_of(w."window") OR (
                    SELECT true FROM measures each
                    WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
                        AND each.partition = s.partition AND each.late = s.late AND each."window" = w."window"
                        AND each.starts > w.starts AND each.final
                    LIMIT 1
                ) IS NOT NULL
            END
        ) OVER (PARTITION BY w.level, s.region, w.locality, w.subject, w."window", w.starts) AS final
    FROM (SELECT DISTINCT level, subject, locality, "window", starts FROM measures) w
    JOIN subjects s USING (level, subject, locality)
    LEFT JOIN LATERAL (
        SELECT each.starts, each.figures, each.final, each.until
        FROM measures each
        WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
            AND each.partition = s.partition AND each.late = s.late AND each."window" = w."window"
            AND each.starts <= w.starts
        ORDER BY each.starts DESC
        LIMIT 1
    ) m ON true
) p
CROSS JOIN LATERAL jsonb_each(p.figures) i (indicator, keys)
CROSS JOIN LATERAL (SELECT * FROM indicators each WHERE each.indicator = i.indicator OFFSET 0) d
CROSS JOIN LATERAL jsonb_each(i.keys) k (key, value)
WHERE p.told OR d.kind = 'STOCK'
GROUP BY p.level, p.region, p.locality, p.subject, p."window", p.starts, i.indicator, d.kind, d.unit, k.key, d.bounds,
    p.final;

CREATE OR REPLACE VIEW latest_levels AS
SELECT
    s.level, s.region, s.locality, s.subject, i.indicator, d.unit, k.key,
    sum(level_of(k.value))::bigint AS level_now,
    max(s.until) AS until
FROM subjects s
CROSS JOIN LATERAL (
    SELECT each.figures
    FROM measures each
    WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
        AND each.partition = s.partition AND each.late = s.late AND each."window" = 'DAY'
    ORDER BY each.starts DESC
    LIMIT 1
) m
CROSS JOIN LATERAL jsonb_each(m.figures) i (indicator, keys)
CROSS JOIN LATERAL (SELECT * FROM indicators each WHERE each.indicator = i.indicator AND each.kind = 'STOCK' OFFSET 0) d
CROSS JOIN LATERAL jsonb_each(i.keys) k (key, value)
GROUP BY s.level, s.region, s.locality, s.subject, i.indicator, d.unit, k.key
HAVING sum(level_of(k.value)) <> 0;

CREATE OR REPLACE VIEW today AS
SELECT
    t.level, t.region, t.locality, t.subject, t.day, i.indicator, d.kind, d.unit, k.key,
    sum(count_of(k.value))::bigint AS count,
    sum(total_of(k.value))::bigint AS total,
    quantile(sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION'), d.bounds, 0.5) AS median,
    quantile(sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION'), d.bounds, 0.9) AS percentile_90,
    max(m.until) AS until
FROM (
    SELECT level, region, locality, subject, date_trunc('day', max(newest)) AS day
    FROM subjects
    GROUP BY level, region, locality, subject
) t
JOIN measures m ON m.level = t.level AND m.subject = t.subject AND m.locality = t.locality AND m."window" = 'DAY'
    AND m.starts = t.day
CROSS JOIN LATERAL jsonb_each(m.figures) i (indicator, keys)
CROSS JOIN LATERAL (SELECT * FROM indicators each WHERE each.indicator = i.indicator AND each.kind <> 'STOCK' OFFSET 0) d
CROSS JOIN LATERAL jsonb_each(i.keys) k (key, value)
GROUP BY t.level, t.region, t.locality, t.subject, t.day, i.indicator, d.kind, d.unit, k.key, d.bounds;
