-- Queues of one locality of the generation that is shown: all in short, or one with rows. Changes nothing.
-- KEYS: prefix. ARGV: format, locality, queue id or '' for all, first number (1-based), how many, '1' for those off
-- the order as well.
-- Reply: nothing: not ready; else head or '', then for each queue: id, counts and, for the one that was named, its rows.
local CHUNK = 4000 -- below what `unpack` can put on the stack
local prefix, format, name, named = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local generation = redis.call('GET', prefix .. ':current')
local base = prefix .. ':' .. (generation or '')
if not generation or redis.call('HGET', base, 'format') ~= format then return false end
if redis.call('SISMEMBER', base .. ':localities', name) == 0 then return {''} end
local locality = base .. ':' .. name
local head = redis.call('HMGET', locality, 'sequence', 'time', 'hash', 'ratio', 'listed')
local ratio, listed = tonumber(head[4]), head[5] or '0'

local function values(kind, ids)
  local parts, n = {}, #ids
  for first = 1, n, CHUNK do
    local found = redis.call('HMGET', locality .. ':' .. kind, unpack(ids, first, math.min(n, first + CHUNK - 1)))
    for i = 1, #found do parts[#parts + 1] = found[i] or '\192' end
  end
  return {n, cmsgpack.pack(ids), table.concat(parts)}
end

local function counts(queue)
  local function size(index) return redis.call('ZCARD', locality .. ':' .. index .. ':' .. queue) end
  local state = redis.call('HMGET', locality .. ':queue:' .. queue,
    'phase', 'standing', 'access', 'FILLED', 'RECALLED', 'ENDED')
  for i = 1, 6 do state[i] = tonumber(state[i] or '0') end
  local released = locality .. ':places:RELEASED:' .. queue
  return {
    size('waiting:EXTRAORDINARY'), size('waiting:PRIORITY'), size('waiting:GENERAL'), size('off'),
    redis.call('ZCOUNT', released, '(' .. listed, '+inf'), redis.call('ZCOUNT', released, '-inf', listed),
    size('places:PRIORITY'), size('places:OPEN'), size('places:REFERRED'), unpack(state),
  }
end

-- Ranks are 1-based here; a block is the first rank of a group and how many from there on.
local function rows(queue, count)
  local first, last = tonumber(ARGV[4]), tonumber(ARGV[4]) + tonumber(ARGV[5]) - 1
  local extraordinary, priority, general, phase = count[1], count[2], count[3], count[10]

  -- How many priority applications are among the first so many of the merge of priority and general ones: R3.5's
  -- number of a priority application grows with its rank, so that halving finds it.
  local function priority_among(merged)
    local low, high = 0, priority
    while low < high do
      local rank = math.floor((low + high + 1) / 2)
      if rank + math.min(general, math.max(0, ratio * rank - phase)) <= merged then low = rank else high = rank - 1 end
    end
    return low
  end

  local function block(group, from, to, size)
    to = math.min(to, size)
    if to < from then return {from, 0, cmsgpack.pack({}), ''} end
    local ids = redis.call('ZRANGE', locality .. ':waiting:' .. group .. ':' .. queue, from - 1, to - 1)
    return {from, unpack(values('applications', ids))}
  end

  local before, upto = math.max(first - 1 - extraordinary, 0), math.max(last - extraordinary, 0)
  upto = math.min(upto, priority + general)
  before = math.min(before, upto)
  local p_before, p_upto = priority_among(before), priority_among(upto)
  return {
    block('EXTRAORDINARY', first, last, extraordinary),
    block('PRIORITY', p_before + 1, p_upto, priority),
    block('GENERAL', before - p_before + 1, upto - p_upto, general),
  }
end

local reply = {head}
if named == '' then
  for _, queue in ipairs(redis.call('SMEMBERS', locality .. ':queues')) do
    reply[#reply + 1] = queue
    reply[#reply + 1] = counts(queue)
  end
  return reply
end
if redis.call('SISMEMBER', locality .. ':queues', named) == 0 then return reply end
local count = counts(named)
reply[2], reply[3], reply[4] = named, count, rows(named, count)
local off = ARGV[6] == '1' and redis.call('ZRANGE', locality .. ':off:' .. named, 0, -1) or {}
reply[5] = values('applications', off)
local offered = {}
for _, stage in ipairs({'RELEASED', 'PRIORITY', 'OPEN'}) do
  for _, id in ipairs(redis.call('ZRANGE', locality .. ':places:' .. stage .. ':' .. named, 0, -1)) do
    offered[#offered + 1] = id
  end
end
reply[6] = values('places', offered)
return reply
