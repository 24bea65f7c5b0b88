-- Takes the live view away: what is shown and what is built become retired. KEYS: prefix.
local prefix = KEYS[1]
for _, name in ipairs({':current', ':building'}) do
  local generation = redis.call('GET', prefix .. name)
  if generation then redis.call('SADD', prefix .. ':retired', generation) end
end
redis.call('DEL', prefix .. ':current', prefix .. ':building')
return 1
