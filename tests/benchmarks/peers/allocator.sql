-- The allocation in PostgreSQL alone, as fast as we know how to write it. One call and one commit for a batch of releases:
-- the heads of the queue's groups by one index, the phase kept in the queue's row, a journal whose rows are chained by
-- their hashes, and the input's next offset in the same transaction, so that a release that comes twice is known.
-- In its favour, left out: who may have which place, deadlines and timers, messages, bulletins, rejected events.

create table chain (
  locality text primary key, next_offset bigint not null, sequence bigint not null default 0, head bytea not null default '\x00'
) with (fillfactor = 20);
create table queue (id text primary key, phase int not null default 0) with (fillfactor = 20);
create table application (
  id text primary key, queue text not null, grp smallint not null, submitted_at bigint not null,
  state text not null default 'QUEUED'
) with (fillfactor = 70);
create index waiting on application (queue, grp, submitted_at, id) where state = 'QUEUED';
create table place (id text primary key, queue text not null, state text not null);
create table referral (place text primary key, application text not null unique);
create table journal (
  locality text not null, sequence bigint not null, event_id text not null unique, body text not null,
  previous_hash bytea not null, hash bytea not null, primary key (locality, sequence)
);

-- The first p_limit of a group.
create function heads(p_queue text, p_group smallint, p_limit int) returns text[] language sql stable as $$
  select array(select id from application where queue = p_queue and grp = p_group and state = 'QUEUED'
               order by submitted_at, id limit p_limit) $$;

-- Groups: 1 extraordinary, 2 priority, 3 general; three general ones for a priority one. Gives how many were taken.
create function allocate(p_locality text, p_next_offset bigint, p_events text[], p_places text[], p_queues text[])
  returns int language plpgsql as $$
declare
  c chain%rowtype; q record; k int; v_phase int; v_one text; v_body text; v_hash bytea; v_taken int := 0;
  e text[]; p text[]; g text[]; ei int; pi int; gi int;
  v_chosen text[]; v_bodies text[]; v_before bytea[]; v_hashes bytea[]; v_first bigint;
begin
  select * into c from chain where locality = p_locality for update;
  if p_next_offset <= c.next_offset then return 0; end if;  -- comes again
  for q in select u.queue, array_agg(u.event order by n) as events, array_agg(u.place order by n) as places
             from unnest(p_events, p_places, p_queues) with ordinality as u (event, place, queue, n)
             group by u.queue order by u.queue loop
    k := cardinality(q.events);
    select phase into v_phase from queue where id = q.queue for update;
    e := heads(q.queue, 1::smallint, k); p := heads(q.queue, 2::smallint, k); g := heads(q.queue, 3::smallint, k);
    ei := 1; pi := 1; gi := 1;
    v_chosen := '{}'; v_bodies := '{}'; v_before := '{}'; v_hashes := '{}'; v_first := c.sequence;
    for i in 1 .. k loop
      v_one := null;
      if ei <= cardinality(e) then
        v_one := e[ei]; ei := ei + 1;
      elsif gi <= cardinality(g) and (pi > cardinality(p) or v_phase < 3) then
        v_one := g[gi]; gi := gi + 1; v_phase := least(3, v_phase + 1);
      elsif pi <= cardinality(p) then
        v_one := p[pi]; pi := pi + 1; v_phase := greatest(v_phase - 3, gi - 1 - cardinality(g));
      end if;
      if cardinality(p) < k and pi > cardinality(p) then v_phase := 0; end if;  -- no priority one is left
      v_body := json_build_object('type', case when v_one is null then 'PlaceReleased' else 'ReferralIssued' end, 'event',
        q.events[i], 'place', q.places[i], 'queue', q.queue, 'application', v_one, 'phase', v_phase)::text;
      c.sequence := c.sequence + 1;
      v_hash := sha256(c.head || convert_to(p_locality || '|' || c.sequence || '|' || v_body, 'UTF8'));
      v_chosen[i] := v_one; v_bodies[i] := v_body; v_before[i] := c.head; v_hashes[i] := v_hash;
      c.head := v_hash;
      v_taken := v_taken + (v_one is not null)::int;
    end loop;
    update application set state = 'REFERRED' where id = any (v_chosen);
    insert into place select u.place, q.queue, case when u.chosen is null then 'FREE' else 'REFERRED' end
      from unnest(q.places, v_chosen) as u (place, chosen);
    insert into referral select u.place, u.chosen from unnest(q.places, v_chosen) as u (place, chosen)
      where u.chosen is not null;
    insert into journal select p_locality, v_first + u.n, u.event, u.body, u.before, u.hash
      from unnest(q.events, v_bodies, v_before, v_hashes) with ordinality as u (event, body, before, hash, n);
    update queue set phase = v_phase where id = q.queue and phase <> v_phase;
  end loop;
  update chain set next_offset = p_next_offset, sequence = c.sequence, head = c.head where locality = p_locality;
  return v_taken;
end $$;
