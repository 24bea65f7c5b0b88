-- Deletes one locality of a retired generation, or the generation's last keys. UNLINK leaves the work to Redis's own
-- background thread, so a key of any size costs the same here. The counter goes with the last generation, in this very
-- step: while there is one, or one has just been begun, no number is given twice.
-- KEYS: prefix. Reply: 1 if something was deleted, 0 if nothing is left to be.
local INDEXES = {
  'waiting:EXTRAORDINARY:', 'waiting:PRIORITY:', 'waiting:GENERAL:', 'off:', 'queue:',
  'places:RELEASED:', 'places:PRIORITY:', 'places:OPEN:', 'places:REFERRED:',
}
local prefix = KEYS[1]
local generation = redis.call('SRANDMEMBER', prefix .. ':retired')
if not generation then
  if redis.call('EXISTS', prefix .. ':current', prefix .. ':building') == 0 then
    redis.call('DEL', prefix .. ':generations')
  end
  return 0
end
if redis.call('GET', prefix .. ':current') == generation or redis.call('GET', prefix .. ':building') == generation then
  redis.call('SREM', prefix .. ':retired', generation)
  return 1
end
local base = prefix .. ':' .. generation
local name = redis.call('SRANDMEMBER', base .. ':localities')
if not name then
  redis.call('UNLINK', base, base .. ':positions', base .. ':goal', base .. ':localities')
  redis.call('SREM', prefix .. ':retired', generation)
  return 1
end
local locality = base .. ':' .. name
for _, queue in ipairs(redis.call('SMEMBERS', locality .. ':queues')) do
  for _, index in ipairs(INDEXES) do redis.call('UNLINK', locality .. ':' .. index .. queue) end
end
for _, organisation in ipairs(redis.call('HKEYS', locality .. ':organisations')) do
  redis.call('UNLINK', locality .. ':offered:' .. organisation)
end
for _, kind in ipairs({'applications', 'places', 'organisations', 'queues'}) do
  redis.call('UNLINK', locality .. ':' .. kind)
end
redis.call('UNLINK', locality)
redis.call('SREM', base .. ':localities', name)
return 1
