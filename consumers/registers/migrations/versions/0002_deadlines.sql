-- One list of all terms that run. Its indexes are made before it, one by one, without stopping the writer.

CREATE VIEW deadlines AS
SELECT locality, 'DOCUMENTS' AS term, documents_until AS until, application_id, NULL AS place_id, NULL AS organisation_id
FROM applications WHERE state = 'REGISTERED'
UNION ALL
SELECT locality, state, until, application_id, NULL, NULL
FROM applications WHERE state IN ('DEFERRED', 'STOPPED')
UNION ALL
SELECT locality, 'CHOICE', until, application_id, NULL, NULL
FROM accesses WHERE ended_at IS NULL
UNION ALL
SELECT locality, 'SECOND_CHECK', documents_until, application_id, place_id, organisation_id
FROM referrals WHERE state = 'ISSUED'
UNION ALL
SELECT locality, 'ADMISSION', until, application_id, place_id, organisation_id
FROM referrals WHERE state = 'ACTIVE'
UNION ALL
SELECT locality, 'WINDOW', window_until, NULL, place_id, organisation_id
FROM places WHERE stage = 'PRIORITY';

COMMENT ON VIEW deadlines IS 'All terms that run now. Ask with locality and until: each part has an index.';
COMMENT ON COLUMN deadlines.locality IS 'KATO code';
COMMENT ON COLUMN deadlines.term IS 'DOCUMENTS of a registration, CHOICE of a place, SECOND_CHECK or ADMISSION of a referral, WINDOW of a place, DEFERRED or STOPPED application';
COMMENT ON COLUMN deadlines.until IS 'The moment from which it is too late; null where the term of a referral does not run yet';
COMMENT ON COLUMN deadlines.application_id IS 'Whose term it is; null for a window';
COMMENT ON COLUMN deadlines.place_id IS 'The place of the referral or the window';
COMMENT ON COLUMN deadlines.organisation_id IS 'Whose place that is';
