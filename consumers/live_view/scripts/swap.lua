-- Shows a generation that was built, and retires the one that was shown; never one that is behind it, for nobody may see
-- an older moment than before. One of another form shows nothing to this version: it is not waited for.
-- KEYS: prefix. ARGV: generation, moment, then positions of the shown one that count as reached: partition, offset, ...
-- Reply: SHOWN; BEHIND: not yet; GONE: another one is being built by now.
local prefix, generation = KEYS[1], ARGV[1]
local base, old = prefix .. ':' .. generation, redis.call('GET', prefix .. ':current')
if old == generation then return 'SHOWN' end
if redis.call('GET', prefix .. ':building') ~= generation then return 'GONE' end
if old and redis.call('HGET', prefix .. ':' .. old, 'format') == redis.call('HGET', base, 'format') then
  local reached, there = {}, redis.call('HGETALL', prefix .. ':' .. old .. ':positions')
  for i = 3, #ARGV, 2 do reached[ARGV[i]] = ARGV[i + 1] end
  for i = 1, #there, 2 do
    local partition, offset = there[i], there[i + 1]
    local own = redis.call('HGET', base .. ':positions', partition) or '0'
    if reached[partition] ~= offset and tonumber(own) < tonumber(offset) then return 'BEHIND' end
  end
end
redis.call('SET', prefix .. ':current', generation)
redis.call('DEL', prefix .. ':building', base .. ':goal')
redis.call('HSET', base, 'shown_since', ARGV[2])
if old then redis.call('SADD', prefix .. ':retired', old) end
return 'SHOWN'
