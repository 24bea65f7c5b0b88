-- The counts and phases of some queues. Changes nothing.
-- KEYS: prefix. ARGV: generation, [[locality, queue ids, whether all are wanted], ...] as MessagePack.
-- Reply: for each locality a list: queue id, extraordinary, priority, general, phase, standing, forgotten, and again.
local base = KEYS[1] .. ':' .. ARGV[1]
local reply = {}
for _, asked in ipairs(cmsgpack.unpack(ARGV[2])) do
  local locality, ids, all = base .. ':' .. asked[1], asked[2], asked[3]
  local wanted, out = {}, {}
  if all then
    for _, id in ipairs(redis.call('SMEMBERS', locality .. ':queues')) do wanted[id] = true end
  end
  for _, id in ipairs(ids) do wanted[id] = true end
  for id, _ in pairs(wanted) do
    local waiting = locality .. ':waiting:'
    local state = redis.call('HMGET', locality .. ':queue:' .. id, 'phase', 'standing', 'forgotten')
    out[#out + 1] = id
    out[#out + 1] = redis.call('ZCARD', waiting .. 'EXTRAORDINARY:' .. id)
    out[#out + 1] = redis.call('ZCARD', waiting .. 'PRIORITY:' .. id)
    out[#out + 1] = redis.call('ZCARD', waiting .. 'GENERAL:' .. id)
    for i = 1, 3 do out[#out + 1] = tonumber(state[i] or '0') end
  end
  reply[#reply + 1] = out
end
return reply
