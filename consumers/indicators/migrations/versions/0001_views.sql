-- Medians from buckets, sums over parts, and the views that outside tools ask.

-- The value below which a part of what was counted lies, taken as evenly spread within each bucket. Bucket i holds what
-- is at least bound i - 1 (the first: 0) and below bound i; the last one what is at least the last bound, which is then
-- the answer: at least so much.
CREATE FUNCTION quantile(buckets bigint[], bounds double precision[], part double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN b.i > cardinality(bounds) THEN bounds[cardinality(bounds)]
        ELSE coalesce(bounds[b.i - 1], 0)
            + (bounds[b.i] - coalesce(bounds[b.i - 1], 0)) * (part * b.all_of_them - b.before) / b.here
    END
    FROM (
        SELECT
            u.i::integer AS i,
            u.here::double precision AS here,
            (sum(u.here) OVER (ORDER BY u.i) - u.here)::double precision AS before,
            (sum(u.here) OVER ())::double precision AS all_of_them
        FROM unnest(buckets) WITH ORDINALITY AS u (here, i)
    ) b
    WHERE b.here > 0 AND b.before + b.here >= part * b.all_of_them
    ORDER BY b.i
    LIMIT 1
$$;

CREATE FUNCTION add_buckets(one bigint[], other bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(coalesce(u.a, 0) + coalesce(u.b, 0) ORDER BY u.i)
    FROM unnest(one, other) WITH ORDINALITY AS u (a, b, i)
$$;

CREATE AGGREGATE sum_buckets(bigint[]) (SFUNC = add_buckets, STYPE = bigint[], PARALLEL = SAFE, COMBINEFUNC = add_buckets);

-- What stands in measures.figures: of a FLOW the count, of a STOCK [count, level], of a DURATION
-- [count, total, buckets] without the empty buckets at the end.
CREATE FUNCTION count_of(figure jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(figure) WHEN 'number' THEN figure::bigint ELSE (figure -> 0)::bigint END
$$;

CREATE FUNCTION level_of(figure jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(figure) = 'array' AND jsonb_array_length(figure) = 2 THEN (figure -> 1)::bigint END
$$;

CREATE FUNCTION total_of(figure jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(figure) = 'array' AND jsonb_array_length(figure) = 3 THEN (figure -> 1)::bigint END
$$;

CREATE FUNCTION buckets_of(figure jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(figure) = 'array' AND jsonb_array_length(figure) = 3 THEN
        (SELECT array_agg(b.value::bigint ORDER BY b.i)
         FROM jsonb_array_elements_text(figure -> 2) WITH ORDINALITY AS b (value, i))
    END
$$;

CREATE FUNCTION length_of("window" text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE "window"
        WHEN 'HOUR' THEN interval '1 hour'
        WHEN 'DAY' THEN interval '1 day'
        WHEN 'LAST_24_HOURS' THEN interval '1 day'
        ELSE interval '7 days'
    END
$$;

-- A part without a row in a window had nothing happen in it: its stocks stand as in its newest row before. A locality
-- whose records came late to windows that were final already is a part of its own (`late`).
CREATE VIEW figures AS
SELECT
    w.level, s.region, w.locality, w.subject, w."window", w.starts, d.indicator, d.kind, d.unit, k.key,
    sum(CASE WHEN m.starts = w.starts THEN count_of(k.value) ELSE 0 END)::bigint AS count,
    sum(level_of(k.value))::bigint AS level_at_end,
    sum(total_of(k.value))::bigint AS total,
    (sum(total_of(k.value)) / nullif(sum(count_of(k.value)), 0))::double precision AS mean,
    quantile(sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION'), d.bounds, 0.5) AS median,
    quantile(sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION'), d.bounds, 0.9) AS percentile_90,
    sum_buckets(buckets_of(k.value)) FILTER (WHERE d.kind = 'DURATION') AS buckets,
    bool_and(
        CASE WHEN m.starts = w.starts THEN m.final ELSE s.late <> '' OR s.newest >= w.starts + length_of(w."window") END
    ) AS final,
    max(m.until) AS until
FROM (SELECT DISTINCT level, subject, locality, "window", starts FROM measures) w
JOIN subjects s USING (level, subject, locality)
CROSS JOIN LATERAL (
    SELECT each.starts, each.figures, each.final, each.until
    FROM measures each
    WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
        AND each.partition = s.partition AND each.late = s.late AND each."window" = w."window"
        AND each.starts <= w.starts
    ORDER BY each.starts DESC
    LIMIT 1
) m
CROSS JOIN LATERAL jsonb_each(m.figures) i (indicator, keys)
JOIN indicators d ON d.indicator = i.indicator
CROSS JOIN LATERAL jsonb_each(i.keys) k (key, value)
WHERE m.starts = w.starts OR d.kind = 'STOCK'
GROUP BY w.level, s.region, w.locality, w.subject, w."window", w.starts, d.indicator, d.kind, d.unit, k.key, d.bounds;

CREATE VIEW latest_levels AS
SELECT
    s.level, s.region, s.locality, s.subject, d.indicator, d.unit, k.key,
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
JOIN indicators d ON d.indicator = i.indicator AND d.kind = 'STOCK'
CROSS JOIN LATERAL jsonb_each(i.keys) k (key, value)
GROUP BY s.level, s.region, s.locality, s.subject, d.indicator, d.unit, k.key
HAVING sum(level_of(k.value)) <> 0;

CREATE VIEW today AS
SELECT
    t.level, t.region, t.locality, t.subject, t.day, d.indicator, d.kind, d.unit, k.key,
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
JOIN indicators d ON d.indicator = i.indicator AND d.kind <> 'STOCK'
CROSS JOIN LATERAL jsonb_each(i.keys) k (key, value)
GROUP BY t.level, t.region, t.locality, t.subject, t.day, d.indicator, d.kind, d.unit, k.key, d.bounds;
