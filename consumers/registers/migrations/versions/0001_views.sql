-- Versions with their valid time, and figures for dashboards: nation, region, locality, organisation.

CREATE VIEW organisation_versions AS
SELECT
    locality, organisation_id, name, ownership, kind, profiles, registered_at, closed_at, record,
    changed_at AS valid_from, NULL::timestamptz AS valid_until, last_record AS made_by, NULL::bigint AS ended_by
FROM organisations
UNION ALL
SELECT
    locality, organisation_id, name, ownership, kind, profiles, registered_at, closed_at, record,
    changed_at, valid_until, last_record, ended_by
FROM organisation_history;

CREATE VIEW place_versions AS
SELECT
    locality, place_id, organisation_id, queue, birth_year, age_from, age_to, language, group_type,
    regime, admission, admission_from, admission_until, attendance, stage, released_at, offered_at,
    returns, bulletin, window_until, application_id, vacated_at, recall_reason, record,
    changed_at AS valid_from, NULL::timestamptz AS valid_until, last_record AS made_by, NULL::bigint AS ended_by
FROM places
UNION ALL
SELECT
    locality, place_id, organisation_id, queue, birth_year, age_from, age_to, language, group_type,
    regime, admission, admission_from, admission_until, attendance, stage, released_at, offered_at,
    returns, bulletin, window_until, application_id, vacated_at, recall_reason, record,
    changed_at, valid_until, last_record, ended_by
FROM place_history;

CREATE VIEW application_versions AS
SELECT
    locality, application_id, applicant_id, child_id, queue, channel, submitted_at, registered_at,
    documents_until, state, "group", queued_at, number_stated, until, access_until, referral, place_id,
    stay_referral, stay_place_id, lapses, left_at, reason, record,
    changed_at AS valid_from, NULL::timestamptz AS valid_until, last_record AS made_by, NULL::bigint AS ended_by
FROM applications
UNION ALL
SELECT
    locality, application_id, applicant_id, child_id, queue, channel, submitted_at, registered_at,
    documents_until, state, "group", queued_at, number_stated, until, access_until, referral, place_id,
    stay_referral, stay_place_id, lapses, left_at, reason, record,
    changed_at, valid_until, last_record, ended_by
FROM application_history;

CREATE VIEW referral_versions AS
SELECT
    locality, referral, application_id, place_id, organisation_id, queue, how, number, state, issued_at,
    documents_until, activated_at, until, extension_days, extension_reason, ended_at, cause, reason,
    record,
    changed_at AS valid_from, NULL::timestamptz AS valid_until, last_record AS made_by, NULL::bigint AS ended_by
FROM referrals
UNION ALL
SELECT
    locality, referral, application_id, place_id, organisation_id, queue, how, number, state, issued_at,
    documents_until, activated_at, until, extension_days, extension_reason, ended_at, cause, reason,
    record,
    changed_at, valid_until, last_record, ended_by
FROM referral_history;

CREATE VIEW queue_figures AS
SELECT
    left(locality, 2) AS region, locality, queue, "group",
    count(*) FILTER (WHERE state = 'QUEUED') AS queued,
    count(*) FILTER (WHERE state = 'QUEUED' AND access_until IS NOT NULL) AS with_access,
    count(*) FILTER (WHERE state = 'REFERRED') AS referred,
    count(*) FILTER (WHERE state = 'STOPPED') AS stopped,
    count(*) FILTER (WHERE state = 'SUSPENDED') AS suspended,
    min(submitted_at) FILTER (WHERE state = 'QUEUED') AS oldest_submitted_at
FROM applications
WHERE state IN ('QUEUED', 'REFERRED', 'STOPPED', 'SUSPENDED')
GROUP BY locality, queue, "group";

CREATE VIEW organisation_figures AS
SELECT
    left(o.locality, 2) AS region, o.locality, o.organisation_id, o.name, o.ownership, o.kind, o.closed_at,
    coalesce(p.released, 0) AS released,
    coalesce(p.on_offer, 0) AS on_offer,
    coalesce(p.referred, 0) AS referred,
    coalesce(p.filled, 0) AS filled,
    coalesce(p.recalled, 0) AS recalled,
    coalesce(p.ended, 0) AS ended,
    coalesce(r.waiting_for_documents, 0) AS waiting_for_documents,
    coalesce(r.waiting_for_admission, 0) AS waiting_for_admission,
    coalesce(r.enrolled, 0) AS enrolled,
    coalesce(r.refused, 0) AS refused
FROM organisations o
LEFT JOIN (
    SELECT
        locality, organisation_id,
        count(*) AS released,
        count(*) FILTER (WHERE stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')) AS on_offer,
        count(*) FILTER (WHERE stage = 'REFERRED') AS referred,
        count(*) FILTER (WHERE stage = 'FILLED') AS filled,
        count(*) FILTER (WHERE stage = 'RECALLED') AS recalled,
        count(*) FILTER (WHERE stage = 'ENDED') AS ended
    FROM places
    GROUP BY locality, organisation_id
) p USING (locality, organisation_id)
LEFT JOIN (
    SELECT
        locality, organisation_id,
        count(*) FILTER (WHERE state = 'ISSUED') AS waiting_for_documents,
        count(*) FILTER (WHERE state = 'ACTIVE') AS waiting_for_admission,
        count(*) FILTER (WHERE cause = 'ENROLLED') AS enrolled,
        count(*) FILTER (WHERE cause = 'REFUSED') AS refused
    FROM referrals
    GROUP BY locality, organisation_id
) r USING (locality, organisation_id);

CREATE VIEW locality_figures AS
SELECT
    l.region, l.locality, l.records, l.until, l.bulletins,
    coalesce(o.organisations, 0) AS organisations,
    coalesce(a.registered, 0) AS registered,
    coalesce(a.queued, 0) AS queued,
    coalesce(a.with_access, 0) AS with_access,
    coalesce(a.referred, 0) AS referred,
    coalesce(a.stopped, 0) AS stopped,
    coalesce(a.suspended, 0) AS suspended,
    coalesce(a.refused, 0) AS refused,
    coalesce(a.archived, 0) AS archived,
    coalesce(a.enrolled, 0) AS enrolled,
    coalesce(p.released, 0) AS places_released,
    coalesce(p.on_offer, 0) AS places_on_offer,
    coalesce(p.referred, 0) AS places_referred,
    coalesce(p.filled, 0) AS places_filled,
    coalesce(j.rejections, 0) AS rejections
FROM localities l
LEFT JOIN (
    SELECT locality, count(*) FILTER (WHERE closed_at IS NULL) AS organisations FROM organisations GROUP BY locality
) o USING (locality)
LEFT JOIN (
    SELECT
        locality,
        count(*) FILTER (WHERE state IN ('REGISTERED', 'DEFERRED')) AS registered,
        count(*) FILTER (WHERE state = 'QUEUED') AS queued,
        count(*) FILTER (WHERE state = 'QUEUED' AND access_until IS NOT NULL) AS with_access,
        count(*) FILTER (WHERE state = 'REFERRED') AS referred,
        count(*) FILTER (WHERE state = 'STOPPED') AS stopped,
        count(*) FILTER (WHERE state = 'SUSPENDED') AS suspended,
        count(*) FILTER (WHERE state = 'REFUSED') AS refused,
        count(*) FILTER (WHERE state = 'ARCHIVED') AS archived,
        count(*) FILTER (WHERE state = 'ARCHIVED' AND reason = 'ENROLLED') AS enrolled
    FROM applications
    GROUP BY locality
) a USING (locality)
LEFT JOIN (
    SELECT
        locality,
        count(*) AS released,
        count(*) FILTER (WHERE stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')) AS on_offer,
        count(*) FILTER (WHERE stage = 'REFERRED') AS referred,
        count(*) FILTER (WHERE stage = 'FILLED') AS filled
    FROM places
    GROUP BY locality
) p USING (locality)
LEFT JOIN (SELECT locality, count(*) AS rejections FROM rejections GROUP BY locality) j USING (locality);

CREATE VIEW region_figures AS
SELECT
    region, count(*) AS localities, min(until) AS oldest_until,
    coalesce(sum(organisations), 0)::bigint AS organisations,
    coalesce(sum(registered), 0)::bigint AS registered,
    coalesce(sum(queued), 0)::bigint AS queued,
    coalesce(sum(with_access), 0)::bigint AS with_access,
    coalesce(sum(referred), 0)::bigint AS referred,
    coalesce(sum(stopped), 0)::bigint AS stopped,
    coalesce(sum(suspended), 0)::bigint AS suspended,
    coalesce(sum(refused), 0)::bigint AS refused,
    coalesce(sum(archived), 0)::bigint AS archived,
    coalesce(sum(enrolled), 0)::bigint AS enrolled,
    coalesce(sum(places_released), 0)::bigint AS places_released,
    coalesce(sum(places_on_offer), 0)::bigint AS places_on_offer,
    coalesce(sum(places_referred), 0)::bigint AS places_referred,
    coalesce(sum(places_filled), 0)::bigint AS places_filled,
    coalesce(sum(rejections), 0)::bigint AS rejections
FROM locality_figures
GROUP BY region;

CREATE VIEW nation_figures AS
SELECT
    count(*) AS localities, min(until) AS oldest_until,
    coalesce(sum(organisations), 0)::bigint AS organisations,
    coalesce(sum(registered), 0)::bigint AS registered,
    coalesce(sum(queued), 0)::bigint AS queued,
    coalesce(sum(with_access), 0)::bigint AS with_access,
    coalesce(sum(referred), 0)::bigint AS referred,
    coalesce(sum(stopped), 0)::bigint AS stopped,
    coalesce(sum(suspended), 0)::bigint AS suspended,
    coalesce(sum(refused), 0)::bigint AS refused,
    coalesce(sum(archived), 0)::bigint AS archived,
    coalesce(sum(enrolled), 0)::bigint AS enrolled,
    coalesce(sum(places_released), 0)::bigint AS places_released,
    coalesce(sum(places_on_offer), 0)::bigint AS places_on_offer,
    coalesce(sum(places_referred), 0)::bigint AS places_referred,
    coalesce(sum(places_filled), 0)::bigint AS places_filled,
    coalesce(sum(rejections), 0)::bigint AS rejections
FROM locality_figures;

CREATE VIEW day_figures AS
SELECT
    l.region, d.locality, d.day,
    sum(d.registered)::bigint AS registered,
    sum(d.queued)::bigint AS queued,
    sum(d.referred)::bigint AS referred,
    sum(d.returned)::bigint AS returned,
    sum(d.enrolled)::bigint AS enrolled,
    sum(d.left_otherwise)::bigint AS left_otherwise,
    sum(d.places_released)::bigint AS places_released,
    sum(d.accesses)::bigint AS accesses,
    sum(d.rejections)::bigint AS rejections
FROM (
    SELECT
        m.locality, (m.at AT TIME ZONE z.zone)::date AS day,
        count(*) FILTER (WHERE m.what = 'ApplicationRegistered') AS registered,
        count(*) FILTER (WHERE m.what = 'ApplicationQueued') AS queued,
        count(*) FILTER (WHERE m.what = 'ReferralIssued') AS referred,
        count(*) FILTER (WHERE m.what = 'ApplicationReturned') AS returned,
        count(*) FILTER (WHERE m.what = 'ApplicationArchived' AND m.reason = 'ENROLLED') AS enrolled,
        count(*) FILTER (WHERE m.to_state IN ('ARCHIVED', 'REFUSED') AND m.reason <> 'ENROLLED') AS left_otherwise,
        0 AS places_released, 0 AS accesses, 0 AS rejections
    FROM movements m JOIN localities z USING (locality)
    GROUP BY 1, 2
    UNION ALL
    SELECT p.locality, (p.released_at AT TIME ZONE z.zone)::date, 0, 0, 0, 0, 0, 0, count(*), 0, 0
    FROM places p JOIN localities z USING (locality)
    GROUP BY 1, 2
    UNION ALL
    SELECT a.locality, (a.granted_at AT TIME ZONE z.zone)::date, 0, 0, 0, 0, 0, 0, 0, count(*), 0
    FROM accesses a JOIN localities z USING (locality)
    GROUP BY 1, 2
    UNION ALL
    SELECT j.locality, (j.at AT TIME ZONE z.zone)::date, 0, 0, 0, 0, 0, 0, 0, 0, count(*)
    FROM rejections j JOIN localities z USING (locality)
    GROUP BY 1, 2
) d JOIN localities l USING (locality)
GROUP BY l.region, d.locality, d.day;

CREATE VIEW stage_figures AS
SELECT
    l.region, s.locality, (s.at AT TIME ZONE l.zone)::date AS day, s.stage,
    count(*) AS reached,
    count(*) FILTER (WHERE s.in_time) AS in_time,
    count(*) FILTER (WHERE NOT s.in_time) AS late,
    count(*) FILTER (WHERE NOT s.in_time AND s.bound = 'PROVIDER') AS late_by_provider
FROM stages s JOIN localities l USING (locality)
GROUP BY l.region, s.locality, 3, s.stage;

COMMENT ON VIEW organisation_versions IS 'Every version of organisations, the present one and those that ended. Of several versions of one moment, made_by tells the order.';
COMMENT ON COLUMN organisation_versions.locality IS 'KATO code';
COMMENT ON COLUMN organisation_versions.organisation_id IS 'The organisation';
COMMENT ON COLUMN organisation_versions.name IS 'As last registered';
COMMENT ON COLUMN organisation_versions.ownership IS 'STATE or PRIVATE';
COMMENT ON COLUMN organisation_versions.kind IS 'GENERAL, SPECIAL or SANATORIUM';
COMMENT ON COLUMN organisation_versions.profiles IS 'Of a special or sanatorium organisation';
COMMENT ON COLUMN organisation_versions.registered_at IS 'First registration';
COMMENT ON COLUMN organisation_versions.closed_at IS 'When it closed';
COMMENT ON COLUMN organisation_versions.record IS 'The record that made the row';
COMMENT ON COLUMN organisation_versions.valid_from IS 'Time of the record that made this version';
COMMENT ON COLUMN organisation_versions.valid_until IS 'Time of the record that ended it; null for the present version';
COMMENT ON COLUMN organisation_versions.made_by IS 'The record that made this version';
COMMENT ON COLUMN organisation_versions.ended_by IS 'The record that ended it; null for the present version';

COMMENT ON VIEW place_versions IS 'Every version of places, the present one and those that ended. Of several versions of one moment, made_by tells the order.';
COMMENT ON COLUMN place_versions.locality IS 'KATO code';
COMMENT ON COLUMN place_versions.place_id IS 'The place';
COMMENT ON COLUMN place_versions.organisation_id IS 'Whose it is';
COMMENT ON COLUMN place_versions.queue IS 'Which queue it serves';
COMMENT ON COLUMN place_versions.birth_year IS 'Of that queue';
COMMENT ON COLUMN place_versions.age_from IS 'Full years on 1 September, from';
COMMENT ON COLUMN place_versions.age_to IS 'And to';
COMMENT ON COLUMN place_versions.language IS 'Of instruction (ISO 639-1)';
COMMENT ON COLUMN place_versions.group_type IS 'Of the group';
COMMENT ON COLUMN place_versions.regime IS 'How long children stay';
COMMENT ON COLUMN place_versions.admission IS 'REGULAR, EARLY or TEMPORARY, as it holds now: a vacated early place is a regular one';
COMMENT ON COLUMN place_versions.admission_from IS 'When admission starts';
COMMENT ON COLUMN place_versions.admission_until IS 'The end of a temporary place';
COMMENT ON COLUMN place_versions.attendance IS 'Spans of days, from/until, where attendance is limited';
COMMENT ON COLUMN place_versions.stage IS 'RELEASED, LISTED, PRIORITY, OPEN, REFERRED, FILLED, RECALLED or ENDED';
COMMENT ON COLUMN place_versions.released_at IS 'First release';
COMMENT ON COLUMN place_versions.offered_at IS 'Last release: the first, or that after a referral or stay ended';
COMMENT ON COLUMN place_versions.returns IS 'How often it was released again';
COMMENT ON COLUMN place_versions.bulletin IS 'Number of the last bulletin that lists it';
COMMENT ON COLUMN place_versions.window_until IS 'Of a PRIORITY place: until when holders of access choose';
COMMENT ON COLUMN place_versions.application_id IS 'Who has a referral to it, or the child on it';
COMMENT ON COLUMN place_versions.vacated_at IS 'When an early place became a regular one';
COMMENT ON COLUMN place_versions.recall_reason IS 'Of a RECALLED place';
COMMENT ON COLUMN place_versions.record IS 'The record that made the row';
COMMENT ON COLUMN place_versions.valid_from IS 'Time of the record that made this version';
COMMENT ON COLUMN place_versions.valid_until IS 'Time of the record that ended it; null for the present version';
COMMENT ON COLUMN place_versions.made_by IS 'The record that made this version';
COMMENT ON COLUMN place_versions.ended_by IS 'The record that ended it; null for the present version';

COMMENT ON VIEW application_versions IS 'Every version of applications, the present one and those that ended. Of several versions of one moment, made_by tells the order.';
COMMENT ON COLUMN application_versions.locality IS 'KATO code';
COMMENT ON COLUMN application_versions.application_id IS 'The application';
COMMENT ON COLUMN application_versions.applicant_id IS 'Who acts for it now';
COMMENT ON COLUMN application_versions.child_id IS 'Whose it is';
COMMENT ON COLUMN application_versions.queue IS 'Which queue it is for';
COMMENT ON COLUMN application_versions.channel IS 'How it came';
COMMENT ON COLUMN application_versions.submitted_at IS 'Moment of application, which the order goes by';
COMMENT ON COLUMN application_versions.registered_at IS 'When it was decided';
COMMENT ON COLUMN application_versions.documents_until IS 'Term for its documents';
COMMENT ON COLUMN application_versions.state IS 'REGISTERED, DEFERRED, QUEUED, REFERRED, STOPPED, SUSPENDED, REFUSED or ARCHIVED';
COMMENT ON COLUMN application_versions."group" IS 'EXTRAORDINARY, PRIORITY or GENERAL';
COMMENT ON COLUMN application_versions.queued_at IS 'When it joined the order';
COMMENT ON COLUMN application_versions.number_stated IS 'The last queue number that a record stated of it; the number moves with the others (oryn why)';
COMMENT ON COLUMN application_versions.until IS 'End of a DEFERRED or STOPPED state';
COMMENT ON COLUMN application_versions.access_until IS 'Of a live access';
COMMENT ON COLUMN application_versions.referral IS 'Number of the live referral, else of that with which the child was enrolled';
COMMENT ON COLUMN application_versions.place_id IS 'The place of that referral';
COMMENT ON COLUMN application_versions.stay_referral IS 'Number of the referral that led to the temporary place the child is on';
COMMENT ON COLUMN application_versions.stay_place_id IS 'That place';
COMMENT ON COLUMN application_versions.lapses IS 'Referrals that lapsed and count';
COMMENT ON COLUMN application_versions.left_at IS 'When it was refused or archived';
COMMENT ON COLUMN application_versions.reason IS 'Why';
COMMENT ON COLUMN application_versions.record IS 'The record that made the row';
COMMENT ON COLUMN application_versions.valid_from IS 'Time of the record that made this version';
COMMENT ON COLUMN application_versions.valid_until IS 'Time of the record that ended it; null for the present version';
COMMENT ON COLUMN application_versions.made_by IS 'The record that made this version';
COMMENT ON COLUMN application_versions.ended_by IS 'The record that ended it; null for the present version';

COMMENT ON VIEW referral_versions IS 'Every version of referrals, the present one and those that ended. Of several versions of one moment, made_by tells the order.';
COMMENT ON COLUMN referral_versions.locality IS 'KATO code';
COMMENT ON COLUMN referral_versions.referral IS 'Its number';
COMMENT ON COLUMN referral_versions.application_id IS 'For whom';
COMMENT ON COLUMN referral_versions.place_id IS 'To which place';
COMMENT ON COLUMN referral_versions.organisation_id IS 'Whose place';
COMMENT ON COLUMN referral_versions.queue IS 'Whose queue';
COMMENT ON COLUMN referral_versions.how IS 'CHOICE, OPEN_CHOICE or AUTOMATIC';
COMMENT ON COLUMN referral_versions.number IS 'The queue number that was served';
COMMENT ON COLUMN referral_versions.state IS 'ISSUED, ACTIVE or ENDED';
COMMENT ON COLUMN referral_versions.issued_at IS 'When';
COMMENT ON COLUMN referral_versions.documents_until IS 'Term of the second check; null without one';
COMMENT ON COLUMN referral_versions.activated_at IS 'When the organisation could first enrol';
COMMENT ON COLUMN referral_versions.until IS 'Term of admission; null while an early place is not vacated';
COMMENT ON COLUMN referral_versions.extension_days IS 'Of its extension';
COMMENT ON COLUMN referral_versions.extension_reason IS 'Why it was extended';
COMMENT ON COLUMN referral_versions.ended_at IS 'When it ended';
COMMENT ON COLUMN referral_versions.cause IS 'Why: ENROLLED, or how else';
COMMENT ON COLUMN referral_versions.reason IS 'In the words of who refused';
COMMENT ON COLUMN referral_versions.record IS 'The record that made the row';
COMMENT ON COLUMN referral_versions.valid_from IS 'Time of the record that made this version';
COMMENT ON COLUMN referral_versions.valid_until IS 'Time of the record that ended it; null for the present version';
COMMENT ON COLUMN referral_versions.made_by IS 'The record that made this version';
COMMENT ON COLUMN referral_versions.ended_by IS 'The record that ended it; null for the present version';

COMMENT ON VIEW queue_figures IS 'The queues now: applications by locality, queue and group.';
COMMENT ON COLUMN queue_figures.region IS 'First two digits of the KATO code';
COMMENT ON COLUMN queue_figures.locality IS 'KATO code';
COMMENT ON COLUMN queue_figures.queue IS 'The queue';
COMMENT ON COLUMN queue_figures."group" IS 'EXTRAORDINARY, PRIORITY or GENERAL';
COMMENT ON COLUMN queue_figures.queued IS 'Applications in the order';
COMMENT ON COLUMN queue_figures.with_access IS 'Of them, those who may choose now';
COMMENT ON COLUMN queue_figures.referred IS 'Off the order with a referral';
COMMENT ON COLUMN queue_figures.stopped IS 'On the stop list';
COMMENT ON COLUMN queue_figures.suspended IS 'Taken off the order by the authority';
COMMENT ON COLUMN queue_figures.oldest_submitted_at IS 'Earliest submission of those in the order';

COMMENT ON VIEW organisation_figures IS 'Organisations now: their places and referrals.';
COMMENT ON COLUMN organisation_figures.region IS 'First two digits of the KATO code';
COMMENT ON COLUMN organisation_figures.locality IS 'KATO code';
COMMENT ON COLUMN organisation_figures.organisation_id IS 'The organisation';
COMMENT ON COLUMN organisation_figures.name IS 'As last registered';
COMMENT ON COLUMN organisation_figures.ownership IS 'STATE or PRIVATE';
COMMENT ON COLUMN organisation_figures.kind IS 'GENERAL, SPECIAL or SANATORIUM';
COMMENT ON COLUMN organisation_figures.closed_at IS 'When it closed';
COMMENT ON COLUMN organisation_figures.released IS 'Places it released so far';
COMMENT ON COLUMN organisation_figures.on_offer IS 'Places RELEASED, LISTED, PRIORITY or OPEN';
COMMENT ON COLUMN organisation_figures.referred IS 'Places with a referral';
COMMENT ON COLUMN organisation_figures.filled IS 'Places filled';
COMMENT ON COLUMN organisation_figures.recalled IS 'Places recalled';
COMMENT ON COLUMN organisation_figures.ended IS 'Temporary places that ended';
COMMENT ON COLUMN organisation_figures.waiting_for_documents IS 'Referrals that wait for the second check';
COMMENT ON COLUMN organisation_figures.waiting_for_admission IS 'Active referrals';
COMMENT ON COLUMN organisation_figures.enrolled IS 'Referrals that ended with an enrolment';
COMMENT ON COLUMN organisation_figures.refused IS 'Referrals that ended with a refusal by the organisation';

COMMENT ON VIEW locality_figures IS 'Localities now.';
COMMENT ON COLUMN locality_figures.region IS 'First two digits of the KATO code';
COMMENT ON COLUMN locality_figures.locality IS 'KATO code';
COMMENT ON COLUMN locality_figures.records IS 'Records of its journal in these rows';
COMMENT ON COLUMN locality_figures.until IS 'Time of the last of them';
COMMENT ON COLUMN locality_figures.bulletins IS 'Bulletins issued';
COMMENT ON COLUMN locality_figures.organisations IS 'Organisations that are not closed';
COMMENT ON COLUMN locality_figures.registered IS 'Applications that wait for their documents or to join';
COMMENT ON COLUMN locality_figures.queued IS 'Applications in the order';
COMMENT ON COLUMN locality_figures.with_access IS 'Of them, those who may choose now';
COMMENT ON COLUMN locality_figures.referred IS 'Applications with a referral';
COMMENT ON COLUMN locality_figures.stopped IS 'Applications on the stop list';
COMMENT ON COLUMN locality_figures.suspended IS 'Applications taken off the order by the authority';
COMMENT ON COLUMN locality_figures.refused IS 'Applications refused';
COMMENT ON COLUMN locality_figures.archived IS 'Applications that left for good';
COMMENT ON COLUMN locality_figures.enrolled IS 'Of them, those that ended with an enrolment';
COMMENT ON COLUMN locality_figures.places_released IS 'Places released so far';
COMMENT ON COLUMN locality_figures.places_on_offer IS 'Places RELEASED, LISTED, PRIORITY or OPEN';
COMMENT ON COLUMN locality_figures.places_referred IS 'Places with a referral';
COMMENT ON COLUMN locality_figures.places_filled IS 'Places filled';
COMMENT ON COLUMN locality_figures.rejections IS 'Events rejected';

COMMENT ON VIEW region_figures IS 'Regions now: sums over their localities.';
COMMENT ON COLUMN region_figures.region IS 'First two digits of the KATO code';
COMMENT ON COLUMN region_figures.localities IS 'How many localities';
COMMENT ON COLUMN region_figures.oldest_until IS 'Time of the last record of the locality that is furthest behind';
COMMENT ON COLUMN region_figures.organisations IS 'Organisations that are not closed';
COMMENT ON COLUMN region_figures.registered IS 'Applications that wait for their documents or to join';
COMMENT ON COLUMN region_figures.queued IS 'Applications in the order';
COMMENT ON COLUMN region_figures.with_access IS 'Of them, those who may choose now';
COMMENT ON COLUMN region_figures.referred IS 'Applications with a referral';
COMMENT ON COLUMN region_figures.stopped IS 'Applications on the stop list';
COMMENT ON COLUMN region_figures.suspended IS 'Applications taken off the order by the authority';
COMMENT ON COLUMN region_figures.refused IS 'Applications refused';
COMMENT ON COLUMN region_figures.archived IS 'Applications that left for good';
COMMENT ON COLUMN region_figures.enrolled IS 'Of them, those that ended with an enrolment';
COMMENT ON COLUMN region_figures.places_released IS 'Places released so far';
COMMENT ON COLUMN region_figures.places_on_offer IS 'Places RELEASED, LISTED, PRIORITY or OPEN';
COMMENT ON COLUMN region_figures.places_referred IS 'Places with a referral';
COMMENT ON COLUMN region_figures.places_filled IS 'Places filled';
COMMENT ON COLUMN region_figures.rejections IS 'Events rejected';

COMMENT ON VIEW nation_figures IS 'The nation now: one row.';
COMMENT ON COLUMN nation_figures.localities IS 'How many localities';
COMMENT ON COLUMN nation_figures.oldest_until IS 'Time of the last record of the locality that is furthest behind';
COMMENT ON COLUMN nation_figures.organisations IS 'Organisations that are not closed';
COMMENT ON COLUMN nation_figures.registered IS 'Applications that wait for their documents or to join';
COMMENT ON COLUMN nation_figures.queued IS 'Applications in the order';
COMMENT ON COLUMN nation_figures.with_access IS 'Of them, those who may choose now';
COMMENT ON COLUMN nation_figures.referred IS 'Applications with a referral';
COMMENT ON COLUMN nation_figures.stopped IS 'Applications on the stop list';
COMMENT ON COLUMN nation_figures.suspended IS 'Applications taken off the order by the authority';
COMMENT ON COLUMN nation_figures.refused IS 'Applications refused';
COMMENT ON COLUMN nation_figures.archived IS 'Applications that left for good';
COMMENT ON COLUMN nation_figures.enrolled IS 'Of them, those that ended with an enrolment';
COMMENT ON COLUMN nation_figures.places_released IS 'Places released so far';
COMMENT ON COLUMN nation_figures.places_on_offer IS 'Places RELEASED, LISTED, PRIORITY or OPEN';
COMMENT ON COLUMN nation_figures.places_referred IS 'Places with a referral';
COMMENT ON COLUMN nation_figures.places_filled IS 'Places filled';
COMMENT ON COLUMN nation_figures.rejections IS 'Events rejected';

COMMENT ON VIEW day_figures IS 'What happened on each day, by the locality''s own calendar.';
COMMENT ON COLUMN day_figures.region IS 'First two digits of the KATO code';
COMMENT ON COLUMN day_figures.locality IS 'KATO code';
COMMENT ON COLUMN day_figures.day IS 'Local day';
COMMENT ON COLUMN day_figures.registered IS 'Applications registered';
COMMENT ON COLUMN day_figures.queued IS 'Applications that joined a queue';
COMMENT ON COLUMN day_figures.referred IS 'Referrals issued that took an application off the order';
COMMENT ON COLUMN day_figures.returned IS 'Returns to the order';
COMMENT ON COLUMN day_figures.enrolled IS 'Applications archived because of an enrolment';
COMMENT ON COLUMN day_figures.left_otherwise IS 'Applications refused, or archived for other reasons';
COMMENT ON COLUMN day_figures.places_released IS 'Places released for the first time';
COMMENT ON COLUMN day_figures.accesses IS 'Accesses granted';
COMMENT ON COLUMN day_figures.rejections IS 'Events rejected';

COMMENT ON VIEW stage_figures IS 'Stages of the service by day, for the national monitoring (R7.2).';
COMMENT ON COLUMN stage_figures.region IS 'First two digits of the KATO code';
COMMENT ON COLUMN stage_figures.locality IS 'KATO code';
COMMENT ON COLUMN stage_figures.day IS 'Local day';
COMMENT ON COLUMN stage_figures.stage IS 'The stage';
COMMENT ON COLUMN stage_figures.reached IS 'How many reached it';
COMMENT ON COLUMN stage_figures.in_time IS 'Of them in time';
COMMENT ON COLUMN stage_figures.late IS 'Of them late';
COMMENT ON COLUMN stage_figures.late_by_provider IS 'Late where the term was the providers';
