-- What is stored of some ids of some localities, and up to where a partition has been applied. Changes nothing.
-- KEYS: prefix. ARGV: generation, partition, [[locality, applications, places, organisations], ...] as MessagePack.
-- Reply: status, next offset or '', then for each locality: head, applications, places, organisations. A list of
-- values is one string of them, one after the other, nil where there is none.
local CHUNK = 4000 -- below what `unpack` can put on the stack
local prefix, generation, partition = KEYS[1], ARGV[1], ARGV[2]
if redis.call('GET', prefix .. ':current') ~= generation and redis.call('GET', prefix .. ':building') ~= generation then
  return {'GONE'}
end
local base = prefix .. ':' .. generation

local function values(key, ids)
  local parts, n = {}, #ids
  for first = 1, n, CHUNK do
    local found = redis.call('HMGET', key, unpack(ids, first, math.min(n, first + CHUNK - 1)))
    for i = 1, #found do
      parts[#parts + 1] = found[i] or '\192'
    end
  end
  return table.concat(parts)
end

local reply = {'OK', redis.call('HGET', base .. ':positions', partition) or ''}
for _, asked in ipairs(cmsgpack.unpack(ARGV[3])) do
  local locality = base .. ':' .. asked[1]
  reply[#reply + 1] = redis.call('HMGET', locality, 'sequence', 'time', 'hash', 'pack', 'ratio', 'arrivals', 'listed')
  reply[#reply + 1] = values(locality .. ':applications', asked[2])
  reply[#reply + 1] = values(locality .. ':places', asked[3])
  reply[#reply + 1] = values(locality .. ':organisations', asked[4])
end
return reply
