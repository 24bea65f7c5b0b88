-- Finds the generation that a writer goes on with, or begins one.
-- KEYS: prefix. ARGV: format, 'new' or '', whether one may be begun ('1' or ''), moment, goal as partition and offset.
-- Reply: generation, 'current' or 'building', positions as partition and offset; nothing: one must be begun first.
local prefix, format, new, may_begin = KEYS[1], ARGV[1], ARGV[2] == 'new', ARGV[3] == '1'
local current, building = redis.call('GET', prefix .. ':current'), redis.call('GET', prefix .. ':building')

local function written(generation)
  return generation and redis.call('HGET', prefix .. ':' .. generation, 'format') == format
end

if not new then
  if written(current) then
    return {current, 'current', redis.call('HGETALL', prefix .. ':' .. current .. ':positions')}
  end
  if written(building) then
    return {building, 'building', redis.call('HGETALL', prefix .. ':' .. building .. ':positions')}
  end
end
if not may_begin then return false end
-- A number of which anything is left is not taken, even where the counter was lost: what is left would be taken along.
local generation
repeat
  generation = tostring(redis.call('INCR', prefix .. ':generations'))
  local base = prefix .. ':' .. generation
until generation ~= current and redis.call('EXISTS', base, base .. ':positions', base .. ':localities') == 0
  and redis.call('SISMEMBER', prefix .. ':retired', generation) == 0
if building then redis.call('SADD', prefix .. ':retired', building) end
redis.call('SET', prefix .. ':building', generation)
redis.call('HSET', prefix .. ':' .. generation, 'format', format, 'begun_at', ARGV[4])
if #ARGV > 4 then
  redis.call('HSET', prefix .. ':' .. generation .. ':goal', unpack(ARGV, 5))
end
return {generation, 'building', {}}
