-- Gives up a generation that is being built. KEYS: prefix. ARGV: generation. Reply: 1; 0: it is not being built.
local prefix, generation = KEYS[1], ARGV[1]
if redis.call('GET', prefix .. ':building') ~= generation then return 0 end
redis.call('DEL', prefix .. ':building')
redis.call('SADD', prefix .. ':retired', generation)
return 1
