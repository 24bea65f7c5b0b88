-- Shows a generation that was built, and retires the one that was shown.
-- KEYS: prefix. ARGV: generation, moment. Reply: 1; 0: another one is being built by now.
local prefix, generation = KEYS[1], ARGV[1]
if redis.call('GET', prefix .. ':building') ~= generation then return 0 end
local old = redis.call('GET', prefix .. ':current')
redis.call('SET', prefix .. ':current', generation)
redis.call('DEL', prefix .. ':building', prefix .. ':' .. generation .. ':goal')
redis.call('HSET', prefix .. ':' .. generation, 'shown_since', ARGV[2])
if old then redis.call('SADD', prefix .. ':retired', old) end
return 1
