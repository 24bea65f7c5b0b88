-- The localities of the generation that is shown, with their heads. Changes nothing.
-- KEYS: prefix. ARGV: format, locality or ''. Reply: nothing: not ready; else locality, head, again and again.
local prefix, format, named = KEYS[1], ARGV[1], ARGV[2]
local generation = redis.call('GET', prefix .. ':current')
local base = prefix .. ':' .. (generation or '')
if not generation or redis.call('HGET', base, 'format') ~= format then return false end
if named ~= '' and redis.call('SISMEMBER', base .. ':localities', named) == 0 then return {} end
local names = named ~= '' and {named} or redis.call('SMEMBERS', base .. ':localities')
local found = {}
for _, name in ipairs(names) do
  found[#found + 1] = name
  found[#found + 1] = redis.call('HMGET', base .. ':' .. name, 'sequence', 'time', 'hash', 'ratio', 'listed')
end
return found
