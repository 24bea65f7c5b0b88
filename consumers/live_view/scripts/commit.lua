-- Applies what some records changed, and moves the position: all of it in one step, or nothing.
-- KEYS: prefix. ARGV: generation, partition, the offset expected, the next offset, what the records changed:
-- [[locality, sequence expected, head as field and value, applications, places, organisations, queues, counts,
-- removals, additions], ...] as MessagePack (docs/live-view.md).
-- Reply: OK; GONE: the generation is neither shown nor built; MOVED: it stands elsewhere than expected.
local CHUNK = 4000 -- even, and below what `unpack` can put on the stack
local prefix, generation, partition, expected, following = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('GET', prefix .. ':current') ~= generation and redis.call('GET', prefix .. ':building') ~= generation then
  return 'GONE'
end
local base = prefix .. ':' .. generation
if (redis.call('HGET', base .. ':positions', partition) or '') ~= expected then
  return 'MOVED'
end
local changes = cmsgpack.unpack(ARGV[5])
for _, change in ipairs(changes) do
  if tonumber(redis.call('HGET', base .. ':' .. change[1], 'sequence') or '0') ~= change[2] then
    return 'MOVED'
  end
end

-- From here on nothing can fail: the keys are this script's own, and memory is asked for before the first write.
local function send(command, key, words)
  local n = #words
  for first = 1, n, CHUNK do
    redis.call(command, key, unpack(words, first, math.min(n, first + CHUNK - 1)))
  end
end

for _, change in ipairs(changes) do
  local locality = base .. ':' .. change[1]
  redis.call('HSET', locality, unpack(change[3]))
  redis.call('SADD', base .. ':localities', change[1])
  send('HSET', locality .. ':applications', change[4])
  send('HSET', locality .. ':places', change[5])
  send('HSET', locality .. ':organisations', change[6])
  for _, queue in ipairs(change[7]) do
    redis.call('SADD', locality .. ':queues', queue[1])
    redis.call('HSET', locality .. ':queue:' .. queue[1], 'phase', queue[2], 'standing', queue[3], 'forgotten', queue[4])
  end
  for _, count in ipairs(change[8]) do
    local key = locality .. ':queue:' .. count[1]
    if redis.call('HINCRBY', key, count[2], count[3]) == 0 then
      redis.call('HDEL', key, count[2])
    end
  end
  for _, removal in ipairs(change[9]) do send('ZREM', locality .. ':' .. removal[1], removal[2]) end
  for _, addition in ipairs(change[10]) do send('ZADD', locality .. ':' .. addition[1], addition[2]) end
end
redis.call('HSET', base .. ':positions', partition, following)
return 'OK'
