-- What happened, as the registers know it: one row for each thing that counts. Written from docs/indicators.md and the
-- rule book; shares nothing with monitoring. Search path: the registers' schema. What registers do not keep, repeats of
-- events and interest that was asked for or confirmed, stands in `told`, read from the journal itself.

CREATE TEMPORARY VIEW first_places AS
SELECT DISTINCT ON (locality, place_id) * FROM place_versions ORDER BY locality, place_id, made_by;

-- Each version of a place beside the one before it.
CREATE TEMPORARY VIEW place_steps AS
SELECT *,
    lag(stage) OVER w AS stage_before, lag(returns) OVER w AS returns_before, lag(valid_from) OVER w AS from_before,
    lag(application_id) OVER w AS application_before, lag(vacated_at) OVER w AS vacated_before
FROM place_versions WINDOW w AS (PARTITION BY locality, place_id ORDER BY made_by);

-- A special or sanatorium queue is one organisation's (R1.1).
CREATE FUNCTION pg_temp.of_queue(queue text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN queue NOT LIKE 'general/%' THEN split_part(queue, '/', 2) END
$$;

-- The birth year is the queue's (R1.1).
CREATE FUNCTION pg_temp.born(queue text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN queue LIKE 'general/%' THEN split_part(queue, '/', 2) ELSE split_part(queue, '/', 3) END
$$;

CREATE FUNCTION pg_temp.minutes(first timestamptz, last timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT floor(extract(epoch FROM last - first) / 60)::bigint
$$;

CREATE TEMPORARY TABLE happened (
    locality text, organisation text, queue text, at timestamptz, indicator text, key text, minutes bigint
);

INSERT INTO happened
SELECT m.locality, pg_temp.of_queue(m.queue), m.queue, m.at,
    CASE m.what
        WHEN 'ApplicationRegistered' THEN 'registered' WHEN 'ApplicationQueued' THEN 'queued'
        WHEN 'ApplicationRefused' THEN 'refused' WHEN 'ApplicationArchived' THEN 'archived'
        WHEN 'ApplicationReturned' THEN 'returned' WHEN 'ApplicationRegrouped' THEN 'regrouped'
        WHEN 'ApplicationStopped' THEN 'stopped' ELSE 'suspended'
    END,
    CASE m.what
        WHEN 'ApplicationRegistered' THEN a.channel WHEN 'ApplicationQueued' THEN m.to_group
        WHEN 'ApplicationRegrouped' THEN m.from_group || '/' || m.to_group
        WHEN 'ApplicationStopped' THEN '' WHEN 'ApplicationSuspended' THEN '' ELSE m.reason
    END, NULL::bigint
FROM movements m JOIN applications a USING (locality, application_id)
WHERE m.what IN ('ApplicationRegistered', 'ApplicationQueued', 'ApplicationRefused', 'ApplicationArchived',
    'ApplicationReturned', 'ApplicationRegrouped', 'ApplicationStopped', 'ApplicationSuspended')
    -- Restored to what is left of a stop list: no new stop (R4.7).
    AND (m.what <> 'ApplicationStopped' OR m.from_state <> 'SUSPENDED');

-- Papers (R7.2): the stages of the service.
INSERT INTO happened
SELECT s.locality, pg_temp.of_queue(a.queue), a.queue, s.at, 'documents_shown', 'REGISTRATION/IN_TIME', NULL::bigint
FROM stages s JOIN applications a USING (locality, application_id)
WHERE s.stage = 'PRESENTED' AND s.referral IS NULL
UNION ALL
-- Refused in the moment they were shown.
SELECT s.locality, pg_temp.of_queue(a.queue), a.queue, s.at, 'documents_shown', 'REGISTRATION/IN_TIME', NULL::bigint
FROM stages s JOIN applications a USING (locality, application_id)
WHERE s.stage = 'REFUSED' AND s.bound = 'APPLICANT' AND s.result <> 'NOT_SHOWN_IN_TIME'
UNION ALL
SELECT m.locality, pg_temp.of_queue(m.queue), m.queue, m.at, 'documents_shown', 'REGISTRATION/NOT_SHOWN', NULL::bigint
FROM movements m WHERE m.what = 'ApplicationRefused' AND m.reason = 'NOT_SHOWN_IN_TIME'
UNION ALL
SELECT s.locality, pg_temp.of_queue(a.queue), a.queue, s.at, 'documents_checked',
    'REGISTRATION/' || CASE WHEN s.in_time THEN 'IN_TIME' ELSE 'LATE' END, NULL::bigint
FROM stages s JOIN applications a USING (locality, application_id)
WHERE s.stage IN ('CONFIRMED', 'REFUSED') AND s.referral IS NULL AND s.result <> 'NOT_SHOWN_IN_TIME'
UNION ALL
SELECT s.locality, r.organisation_id, r.queue, s.at, 'documents_shown', 'REFERRAL/IN_TIME', NULL::bigint
FROM stages s JOIN referrals r USING (locality, referral)
WHERE s.stage = 'PRESENTED'
    -- An answer without papers shown before: shown in that moment.
    OR s.bound = 'APPLICANT' AND r.documents_until IS NOT NULL
        AND (s.stage = 'ACTIVE' OR s.result IN ('BENEFIT_NOT_CONFIRMED', 'DOCUMENTS_REFUSED'))
UNION ALL
SELECT r.locality, r.organisation_id, r.queue, r.ended_at, 'documents_shown', 'REFERRAL/NOT_SHOWN', NULL::bigint
FROM referrals r WHERE r.cause = 'LAPSED' AND r.activated_at IS NULL
UNION ALL
SELECT s.locality, r.organisation_id, r.queue, s.at, 'documents_checked',
    'REFERRAL/' || CASE WHEN s.in_time THEN 'IN_TIME' ELSE 'LATE' END, NULL::bigint
FROM stages s JOIN referrals r USING (locality, referral)
WHERE s.stage = 'ACTIVE' AND r.documents_until IS NOT NULL
    OR s.stage = 'ENDED' AND s.result IN ('BENEFIT_NOT_CONFIRMED', 'DOCUMENTS_REFUSED');

-- From papers shown to the answer, where they were shown before it.
INSERT INTO happened
SELECT s.locality, pg_temp.of_queue(a.queue), a.queue, s.at, 'check_time', 'REGISTRATION', pg_temp.minutes(p.at, s.at)
FROM stages s
JOIN applications a USING (locality, application_id)
JOIN stages p USING (locality, application_id)
WHERE s.stage IN ('CONFIRMED', 'REFUSED') AND s.bound = 'PROVIDER' AND p.stage = 'PRESENTED' AND p.referral IS NULL
UNION ALL
SELECT s.locality, r.organisation_id, r.queue, s.at, 'check_time', 'REFERRAL', pg_temp.minutes(p.at, s.at)
FROM stages s
JOIN referrals r USING (locality, referral)
JOIN stages p USING (locality, referral)
WHERE (s.stage = 'ACTIVE' OR s.stage = 'ENDED' AND s.result IN ('BENEFIT_NOT_CONFIRMED', 'DOCUMENTS_REFUSED'))
    AND s.bound = 'PROVIDER' AND p.stage = 'PRESENTED';

-- Places.
INSERT INTO happened
SELECT locality, organisation_id, queue, released_at, 'released', admission, NULL::bigint FROM first_places
UNION ALL
SELECT locality, organisation_id, queue, valid_from, 'recalled', recall_reason, NULL::bigint
FROM place_steps WHERE stage = 'RECALLED' AND stage_before IS DISTINCT FROM 'RECALLED'
UNION ALL
SELECT p.locality, p.organisation_id, p.queue, r.ended_at, 'recalled_after_referral', p.recall_reason, NULL::bigint
FROM referrals r JOIN places p USING (locality, place_id) WHERE r.cause = 'RECALLED'
UNION ALL
SELECT locality, organisation_id, queue, valid_from, 'ended', '', NULL::bigint
FROM place_steps WHERE stage = 'ENDED' AND stage_before IS DISTINCT FROM 'ENDED'
UNION ALL
SELECT locality, organisation_id, queue, valid_from, 'vacated', '', NULL::bigint
FROM place_steps
WHERE vacated_at IS NOT NULL AND vacated_before IS NULL AND NOT (stage = 'FILLED' AND stage_before <> 'FILLED')
UNION ALL
SELECT s.locality, s.organisation_id, s.queue, s.valid_from, 'released_again', coalesce(r.cause, 'SERVED_REGULAR'), NULL::bigint
FROM place_steps s
LEFT JOIN referrals r ON r.locality = s.locality AND r.place_id = s.place_id AND r.last_record = s.made_by
    AND r.cause <> 'ENROLLED'
WHERE s.returns > s.returns_before;

-- How long a place was in a stage, each time that it was; a stage that began and ended in one record took no time.
CREATE TEMPORARY VIEW stages_of_places AS
SELECT locality, organisation_id, queue, place_id, stage, began, lead(began) OVER w AS ended
FROM (
    -- Referred and given back at once, for the child got a lasting place in the same record (R6.9).
    SELECT locality, organisation_id, queue, place_id, record AS made_by, 0 AS step, 'REFERRED' AS stage,
        issued_at AS began
    FROM referrals WHERE record = last_record AND cause <> 'ENROLLED'
    UNION ALL
    SELECT locality, organisation_id, queue, place_id, made_by, 1, 'RELEASED', valid_from
    FROM place_steps WHERE stage_before IS NULL OR returns > returns_before
    UNION ALL
    SELECT locality, organisation_id, queue, place_id, made_by, 2, stage, valid_from
    FROM place_steps
    WHERE stage <> CASE WHEN stage_before IS NULL OR returns > returns_before THEN 'RELEASED' ELSE stage_before END
) steps
WINDOW w AS (PARTITION BY locality, place_id ORDER BY made_by, step);

INSERT INTO happened
SELECT locality, organisation_id, queue, ended, 'stage_time', stage, pg_temp.minutes(began, ended)
FROM stages_of_places WHERE ended IS NOT NULL AND stage NOT IN ('FILLED', 'RECALLED', 'ENDED')
UNION ALL
SELECT s.locality, s.organisation_id, s.queue, s.valid_from, 'filling_time', f.admission,
    -- The rest of a stay counts from its own release.
    pg_temp.minutes(greatest(s.released_at, (
        SELECT max(b.valid_from) FROM place_steps b
        WHERE b.locality = s.locality AND b.place_id = s.place_id AND b.made_by <= s.made_by
            AND b.stage_before = 'FILLED' AND b.returns > b.returns_before
    )), s.valid_from)
FROM place_steps s JOIN first_places f USING (locality, place_id)
WHERE s.stage = 'FILLED' AND s.stage_before <> 'FILLED'
UNION ALL
SELECT s.locality, s.organisation_id, s.queue, s.valid_from, 'early_delay', '',
    pg_temp.minutes((f.admission_from + 1)::timestamp AT TIME ZONE l.zone, s.valid_from)
FROM place_steps s JOIN first_places f USING (locality, place_id) JOIN localities l USING (locality)
WHERE s.vacated_at IS NOT NULL AND s.vacated_before IS NULL
    AND s.valid_from >= (f.admission_from + 1)::timestamp AT TIME ZONE l.zone;

-- Access.
INSERT INTO happened
SELECT locality, pg_temp.of_queue(queue), queue, granted_at, 'accesses', 'GRANTED', NULL::bigint FROM accesses
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, ended_at, 'accesses', state, NULL::bigint FROM accesses WHERE ended_at IS NOT NULL
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, ended_at, 'passive_heads', CASE nth WHEN 2 THEN '2' WHEN 3 THEN '3' ELSE '4+' END, NULL::bigint
FROM (
    SELECT *, row_number() OVER (PARTITION BY locality, application_id ORDER BY last_record) AS nth
    FROM accesses WHERE state = 'LAPSED'
) lapsed
WHERE nth > 1;

-- Referrals.
CREATE TEMPORARY VIEW referred AS
SELECT r.*, v."group" AS group_then, v.submitted_at, p.admission AS admission_now, f.admission AS admission_first
FROM referrals r
JOIN application_versions v ON v.locality = r.locality AND v.application_id = r.application_id
    AND v.made_by <= r.record AND (v.ended_by > r.record OR v.ended_by IS NULL)
JOIN places p ON p.locality = r.locality AND p.place_id = r.place_id
JOIN first_places f ON f.locality = r.locality AND f.place_id = r.place_id;

INSERT INTO happened
SELECT locality, organisation_id, queue, issued_at, 'referrals', how || '/' || group_then, NULL::bigint FROM referred
UNION ALL
SELECT locality, organisation_id, queue, issued_at, 'waiting_time', group_then, pg_temp.minutes(submitted_at, issued_at)
FROM (
    SELECT *, row_number() OVER (PARTITION BY locality, application_id ORDER BY referral) AS nth
    FROM referred WHERE admission_first <> 'TEMPORARY'
) lasting
WHERE nth = 1
UNION ALL
SELECT locality, organisation_id, queue, ended_at, 'referrals_ended', cause, NULL::bigint FROM referred WHERE cause IS NOT NULL
UNION ALL
-- As the place was released: the enrolment itself makes an early place a regular one (R2.1).
SELECT locality, organisation_id, queue, ended_at, 'enrolled', admission_first, NULL::bigint FROM referred WHERE cause = 'ENROLLED'
UNION ALL
SELECT locality, organisation_id, queue, ended_at, 'cancelled', '', NULL::bigint FROM referred WHERE cause = 'CANCELLED'
UNION ALL
SELECT locality, organisation_id, queue, ended_at, 'admission_refused', '', NULL::bigint FROM referred WHERE cause = 'REFUSED'
UNION ALL
SELECT locality, organisation_id, queue, ended_at, 'lapsed',
    CASE WHEN activated_at IS NULL THEN 'DOCUMENTS' ELSE 'ADMISSION' END, NULL::bigint
FROM referred WHERE cause = 'LAPSED'
UNION ALL
SELECT locality, organisation_id, queue, ended_at, 'repeated_cancellations',
    CASE nth WHEN 2 THEN '2' WHEN 3 THEN '3' ELSE '4+' END, NULL::bigint
FROM (
    SELECT *, row_number() OVER (PARTITION BY locality, application_id ORDER BY last_record) AS nth
    FROM referred WHERE cause = 'CANCELLED'
) cancelled
WHERE nth > 1;

-- Who sends, and bulletins.
INSERT INTO happened
SELECT r.locality, o.organisation_id, NULL, r.at, 'rejected', r.source || '/' || r.reason, NULL::bigint
-- A sender may name anybody: only organisations that there were then, and not closed, have figures.
FROM rejections r
LEFT JOIN organisations o ON o.locality = r.locality AND o.organisation_id = r.organisation_id AND o.record < r.record
    AND (o.closed_at IS NULL OR o.closed_at > r.at)
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, at, 'interest', 'NOT_CONFIRMED', NULL::bigint
FROM movements WHERE what = 'ApplicationArchived' AND reason = 'INTEREST_NOT_CONFIRMED'
UNION ALL
SELECT t.locality, pg_temp.of_queue(a.queue), a.queue, t.at, t.indicator, t.key, NULL::bigint
FROM told t LEFT JOIN applications a USING (locality, application_id)
UNION ALL
SELECT locality, NULL, NULL, issued_at, 'bulletins', '', NULL::bigint FROM bulletins;

-- One to three (R3.4): a lasting referral while an application of the other of the two groups waits in the queue.
CREATE TEMPORARY TABLE waiting_steps AS
SELECT locality, queue, record, fact, what, application_id, to_group,
    sum((to_state = 'QUEUED' AND to_group = 'PRIORITY')::int - (coalesce(from_state = 'QUEUED', false)
        AND from_group = 'PRIORITY')::int) OVER w AS priority,
    sum((to_state = 'QUEUED' AND to_group = 'GENERAL')::int - (coalesce(from_state = 'QUEUED', false)
        AND from_group = 'GENERAL')::int) OVER w AS general
FROM movements
WINDOW w AS (PARTITION BY locality, queue ORDER BY record, fact);

INSERT INTO happened
SELECT r.locality, r.organisation_id, r.queue, r.issued_at, 'served_while_both_waited', s.to_group, NULL::bigint
FROM referrals r
JOIN waiting_steps s ON s.locality = r.locality AND s.record = r.record AND s.application_id = r.application_id
    AND s.what = 'ReferralIssued'
JOIN first_places f ON f.locality = r.locality AND f.place_id = r.place_id AND f.admission <> 'TEMPORARY'
WHERE s.to_group = 'PRIORITY' AND s.general > 0 OR s.to_group = 'GENERAL' AND s.priority > 0;

-- How many there are: by how much each moment changed it.
CREATE TEMPORARY TABLE changed (
    locality text, organisation text, queue text, at timestamptz, indicator text, key text, change int
);

INSERT INTO changed
SELECT locality, pg_temp.of_queue(queue), queue, at, 'applications', to_state, 1
FROM movements WHERE to_state NOT IN ('REFUSED', 'ARCHIVED')
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, at, 'applications', from_state, -1
FROM movements WHERE from_state NOT IN ('REFUSED', 'ARCHIVED')
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, at, 'waiting', to_group || '/' || pg_temp.born(queue), 1
FROM movements WHERE to_state = 'QUEUED'
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, at, 'waiting', from_group || '/' || pg_temp.born(queue), -1
FROM movements WHERE from_state = 'QUEUED'
UNION ALL
SELECT locality, organisation_id, queue, began, 'places', stage, 1
FROM stages_of_places WHERE stage NOT IN ('RECALLED', 'ENDED')
UNION ALL
SELECT locality, organisation_id, queue, ended, 'places', stage, -1
FROM stages_of_places WHERE stage NOT IN ('RECALLED', 'ENDED') AND ended IS NOT NULL
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, granted_at, 'accesses_live', '', 1 FROM accesses
UNION ALL
SELECT locality, pg_temp.of_queue(queue), queue, ended_at, 'accesses_live', '', -1 FROM accesses WHERE ended_at IS NOT NULL
UNION ALL
SELECT locality, organisation_id, queue, issued_at, 'referrals_live', '', 1 FROM referrals
UNION ALL
SELECT locality, organisation_id, queue, ended_at, 'referrals_live', '', -1 FROM referrals WHERE ended_at IS NOT NULL
UNION ALL
SELECT locality, organisation_id, NULL, registered_at, 'organisations', first_ownership, 1
FROM (
    SELECT DISTINCT ON (locality, organisation_id) *, ownership AS first_ownership
    FROM organisation_versions ORDER BY locality, organisation_id, made_by
) first
UNION ALL
SELECT locality, organisation_id, NULL, valid_from, 'organisations', each.ownership, each.change
FROM (
    SELECT *, lag(ownership) OVER w AS before, lag(closed_at) OVER w AS closed_before
    FROM organisation_versions WINDOW w AS (PARTITION BY locality, organisation_id ORDER BY made_by)
) v
CROSS JOIN LATERAL (VALUES (v.before, -1), (v.ownership, 1)) each (ownership, change)
WHERE v.before IS NOT NULL AND (v.ownership <> v.before AND v.closed_at IS NULL
    OR v.closed_at IS NOT NULL AND v.closed_before IS NULL AND each.change = -1)
UNION ALL
SELECT p.locality, pg_temp.of_queue(a.queue), a.queue, each.at, 'checks_waiting', 'REGISTRATION', each.change
FROM stages p
JOIN applications a USING (locality, application_id)
CROSS JOIN LATERAL (
    SELECT min(m.record) AS record, min(m.at) AS at FROM movements m
    WHERE m.locality = p.locality AND m.application_id = p.application_id AND m.from_state = 'REGISTERED'
        AND m.to_state <> 'REGISTERED'
) out
CROSS JOIN LATERAL (VALUES (p.at, 1), (out.at, -1)) each (at, change)
WHERE p.stage = 'PRESENTED' AND p.referral IS NULL AND p.record IS DISTINCT FROM out.record AND each.at IS NOT NULL
UNION ALL
SELECT p.locality, r.organisation_id, r.queue, each.at, 'checks_waiting', 'REFERRAL', each.change
FROM stages p
JOIN referrals r USING (locality, referral)
CROSS JOIN LATERAL (VALUES (p.at, 1), (coalesce(r.activated_at, r.ended_at), -1)) each (at, change)
WHERE p.stage = 'PRESENTED' AND each.at IS NOT NULL
UNION ALL
SELECT e.locality, e.organisation_id, e.queue, each.at, 'early_overdue', '', each.change
FROM (
    SELECT f.locality, f.organisation_id, f.queue, l.until,
        greatest(f.released_at, (f.admission_from + 1)::timestamp AT TIME ZONE l.zone) AS began,
        (SELECT min(s.valid_from) FROM place_steps s
         WHERE s.locality = f.locality AND s.place_id = f.place_id
            AND (s.admission <> 'EARLY' OR s.stage IN ('RECALLED', 'ENDED', 'FILLED'))) AS ended
    FROM first_places f JOIN localities l USING (locality)
    WHERE f.admission = 'EARLY'
) e
CROSS JOIN LATERAL (VALUES (e.began, 1), (e.ended, -1)) each (at, change)
WHERE e.began <= e.until AND (e.ended IS NULL OR e.ended > e.began) AND each.at IS NOT NULL;
