-- One application, place or organisation, from the generation that is shown. Changes nothing.
-- KEYS: prefix. ARGV: format, kind (applications, places, organisations), id, locality or ''.
-- Reply: nothing: not ready; else for each locality that knows the id: locality, head, value and what stands below.
local prefix, format, kind, id, named = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local generation = redis.call('GET', prefix .. ':current')
local base = prefix .. ':' .. (generation or '')
if not generation or redis.call('HGET', base, 'format') ~= format then return false end
if named ~= '' and redis.call('SISMEMBER', base .. ':localities', named) == 0 then return {} end

local more = {}
-- An application: its rank in its group, 0-based, and what its number is computed from; or nothing.
function more.applications(locality, value)
  local entry = cmsgpack.unpack(value)
  local state, queue, group = entry[1], entry[2], entry[5]
  if state ~= 'QUEUED' then return {} end
  local waiting = locality .. ':waiting:'
  return {
    redis.call('ZRANK', waiting .. group .. ':' .. queue, id),
    redis.call('ZCARD', waiting .. 'EXTRAORDINARY:' .. queue),
    redis.call('ZCARD', waiting .. 'PRIORITY:' .. queue),
    redis.call('ZCARD', waiting .. 'GENERAL:' .. queue),
    tonumber(redis.call('HGET', locality .. ':queue:' .. queue, 'phase')),
  }
end

function more.places() return {} end

-- An organisation: the ids of its places on offer in the order of their arrival, and their values.
function more.organisations(locality)
  local ids = redis.call('ZRANGE', locality .. ':offered:' .. id, 0, -1)
  local values = {}
  for i, each in ipairs(ids) do values[i] = redis.call('HGET', locality .. ':places', each) end
  return {cmsgpack.pack(ids), #ids, table.concat(values)}
end

local found = {}
for _, name in ipairs(named ~= '' and {named} or redis.call('SMEMBERS', base .. ':localities')) do
  local locality = base .. ':' .. name
  local value = redis.call('HGET', locality .. ':' .. kind, id)
  if value then
    local head = redis.call('HMGET', locality, 'sequence', 'time', 'hash', 'ratio', 'listed')
    found[#found + 1] = {name, head, value, more[kind](locality, value)}
  end
end
return found
