-- Shows a generation that was built, and retires the one that was shown.
-- KEYS: prefix. ARGV: generation, moment. Reply: 1 if it is shown, 0 if another one is being built by now.
local prefix, generation = KEYS[1], ARGV[1]
local old = redis.call('GET', prefix .. ':current')
if old == generation then return 1 end
if redis.call('GET', prefix .. ':building') ~= generation then return 0 end
redis.call('SET', prefix .. ':current', generation)
redis.call('DEL', prefix .. ':building', prefix .. ':' .. generation .. ':goal')
redis.call('HSET', prefix .. ':' .. generation, 'shown_since', ARGV[2])
if old then redis.call('SADD', prefix .. ':retired', old) end
return 1
