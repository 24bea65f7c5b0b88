-- What every table, view and column means; docs/indicators-tables.md is made of this.

COMMENT ON TABLE positions IS 'Up to where topics were read, kept beside the rows: both are one write.';
COMMENT ON COLUMN positions.source IS 'Name of the topic without a prefix: indicators or dead-letters';
COMMENT ON COLUMN positions.partition IS 'Its partition';
COMMENT ON COLUMN positions.topic IS 'Its full name';
COMMENT ON COLUMN positions.topic_id IS 'What Kafka calls it for as long as it lives';
COMMENT ON COLUMN positions.next_offset IS 'The first offset that is not stored';
COMMENT ON COLUMN positions.stored_at IS 'When that was written, by the clock of the database';

COMMENT ON TABLE indicators IS 'What the contract says of each indicator; docs/indicators.md defines each.';
COMMENT ON COLUMN indicators.indicator IS 'Its name';
COMMENT ON COLUMN indicators.kind IS 'FLOW: count is how often it happened; STOCK: how many there are, count by how much that changed; DURATION: how long it took in minutes, count is how many ended';
COMMENT ON COLUMN indicators.unit IS 'What is counted or measured';
COMMENT ON COLUMN indicators.dimensions IS 'What the parts of a key are, in their order; a key joins them by /';
COMMENT ON COLUMN indicators.source IS 'The rules and paragraphs that it follows from';
COMMENT ON COLUMN indicators.bounds IS 'Of a DURATION, in minutes: bucket i holds what is at least bound i - 1 and below bound i';

COMMENT ON TABLE measures IS 'Figures as monitoring tells them: one row for each part of each window of each subject. Ask the view figures, which adds the parts up.';
COMMENT ON COLUMN measures.level IS 'NATION, REGION, LOCALITY, ORGANISATION or QUEUE';
COMMENT ON COLUMN measures.subject IS 'Nothing, the region, the locality, the organisation, the queue';
COMMENT ON COLUMN measures.locality IS 'KATO code; empty for nation and regions';
COMMENT ON COLUMN measures."window" IS 'HOUR, DAY or WEEK, which follow each other; LAST_24_HOURS or LAST_7_DAYS, which overlap';
COMMENT ON COLUMN measures.partition IS 'The partition of the journal that this part is of';
COMMENT ON COLUMN measures.late IS 'Of nation and regions: the locality whose late records this part is about; empty for all else';
COMMENT ON COLUMN measures.starts IS 'Local time at which the window begins';
COMMENT ON COLUMN measures.final IS 'Whether nothing can change it any more';
COMMENT ON COLUMN measures.through IS 'The part is what the partition of the journal up to this next offset makes of it';
COMMENT ON COLUMN measures.until IS 'The time of the last record before that';
COMMENT ON COLUMN measures.figures IS 'indicator -> key -> of a FLOW count, of a STOCK [count, level], of a DURATION [count, total, buckets]';

COMMENT ON TABLE subjects IS 'What there are figures of, and how new they are: one row for each part.';
COMMENT ON COLUMN subjects.level IS 'As in measures';
COMMENT ON COLUMN subjects.subject IS 'As in measures';
COMMENT ON COLUMN subjects.locality IS 'As in measures';
COMMENT ON COLUMN subjects.partition IS 'As in measures';
COMMENT ON COLUMN subjects.late IS 'As in measures';
COMMENT ON COLUMN subjects.region IS 'The region that the subject lies in; empty for the nation';
COMMENT ON COLUMN subjects.until IS 'The newest time up to which a row of it goes';
COMMENT ON COLUMN subjects.newest IS 'The newest hour or day that has a row, in local time';

COMMENT ON TABLE dead_letters IS 'Records that are no events, counted from the headers of the topic dead-letters.';
COMMENT ON COLUMN dead_letters.day IS 'Local day of the record; 0001-01-01 where it has no time that is one';
COMMENT ON COLUMN dead_letters.locality IS 'Of the record''s key; empty where that is no KATO code';
COMMENT ON COLUMN dead_letters.publisher IS 'Who says to have sent it (ce_source); empty where nobody does';
COMMENT ON COLUMN dead_letters.topic IS 'The topic it was sent to';
COMMENT ON COLUMN dead_letters.cause IS 'Why it is no event; NO_DEAD_LETTER for a record that no worker wrote';
COMMENT ON COLUMN dead_letters.count IS 'How many';

COMMENT ON VIEW figures IS 'Figures of every subject in every window, parts added up, stocks carried to windows in which a part had nothing happen. Ask with level, subject, window and a range of starts.';
COMMENT ON COLUMN figures.level IS 'NATION, REGION, LOCALITY, ORGANISATION or QUEUE';
COMMENT ON COLUMN figures.region IS 'The region that the subject lies in; empty for the nation';
COMMENT ON COLUMN figures.locality IS 'KATO code; empty for nation and regions';
COMMENT ON COLUMN figures.subject IS 'Nothing, the region, the locality, the organisation, the queue';
COMMENT ON COLUMN figures."window" IS 'HOUR, DAY, WEEK, LAST_24_HOURS or LAST_7_DAYS';
COMMENT ON COLUMN figures.starts IS 'Local time at which the window begins';
COMMENT ON COLUMN figures.indicator IS 'Its name (docs/indicators.md)';
COMMENT ON COLUMN figures.kind IS 'FLOW, STOCK or DURATION';
COMMENT ON COLUMN figures.unit IS 'What is counted or measured';
COMMENT ON COLUMN figures.key IS 'Its own dimension, as GENERAL/2018; empty without one';
COMMENT ON COLUMN figures.count IS 'How often it happened; of a STOCK by how much it changed; of a DURATION how many ended';
COMMENT ON COLUMN figures.level_at_end IS 'Of a STOCK: how many there are at the end of the window, or now';
COMMENT ON COLUMN figures.total IS 'Of a DURATION: the sum in minutes';
COMMENT ON COLUMN figures.mean IS 'Of a DURATION: the mean in minutes';
COMMENT ON COLUMN figures.median IS 'Of a DURATION: half took less, in minutes, interpolated in the buckets';
COMMENT ON COLUMN figures.percentile_90 IS 'Of a DURATION: nine of ten took less, in minutes, interpolated in the buckets';
COMMENT ON COLUMN figures.buckets IS 'Of a DURATION: how many of each length, by indicators.bounds';
COMMENT ON COLUMN figures.final IS 'Whether nothing can change it any more';
COMMENT ON COLUMN figures.until IS 'Time of the newest record in it';

COMMENT ON VIEW latest_levels IS 'How many there are now of each stock.';
COMMENT ON COLUMN latest_levels.level IS 'NATION, REGION, LOCALITY, ORGANISATION or QUEUE';
COMMENT ON COLUMN latest_levels.region IS 'The region that the subject lies in; empty for the nation';
COMMENT ON COLUMN latest_levels.locality IS 'KATO code; empty for nation and regions';
COMMENT ON COLUMN latest_levels.subject IS 'Nothing, the region, the locality, the organisation, the queue';
COMMENT ON COLUMN latest_levels.indicator IS 'Its name (docs/indicators.md)';
COMMENT ON COLUMN latest_levels.unit IS 'What is counted';
COMMENT ON COLUMN latest_levels.key IS 'Its own dimension, as GENERAL/2018; empty without one';
COMMENT ON COLUMN latest_levels.level_now IS 'How many there are';
COMMENT ON COLUMN latest_levels.until IS 'Time of the newest record in it';

COMMENT ON VIEW today IS 'What happened on the newest day of each subject.';
COMMENT ON COLUMN today.level IS 'NATION, REGION, LOCALITY, ORGANISATION or QUEUE';
COMMENT ON COLUMN today.region IS 'The region that the subject lies in; empty for the nation';
COMMENT ON COLUMN today.locality IS 'KATO code; empty for nation and regions';
COMMENT ON COLUMN today.subject IS 'Nothing, the region, the locality, the organisation, the queue';
COMMENT ON COLUMN today.day IS 'The newest day that has a row';
COMMENT ON COLUMN today.indicator IS 'Its name (docs/indicators.md)';
COMMENT ON COLUMN today.kind IS 'FLOW or DURATION';
COMMENT ON COLUMN today.unit IS 'What is counted or measured';
COMMENT ON COLUMN today.key IS 'Its own dimension, as MAJOR_REPAIR; empty without one';
COMMENT ON COLUMN today.count IS 'How often it happened; of a DURATION how many ended';
COMMENT ON COLUMN today.total IS 'Of a DURATION: the sum in minutes';
COMMENT ON COLUMN today.median IS 'Of a DURATION: half took less, in minutes';
COMMENT ON COLUMN today.percentile_90 IS 'Of a DURATION: nine of ten took less, in minutes';
COMMENT ON COLUMN today.until IS 'Time of the newest record in it';

COMMENT ON FUNCTION quantile(bigint[], double precision[], double precision) IS 'The length below which a part of what was counted lies: quantile(buckets, bounds, 0.9)';
COMMENT ON AGGREGATE sum_buckets(bigint[]) IS 'Counts added up bucket by bucket';
