-- Writes one flush of a partition: rows, position and messages in one step, or nothing of it.
-- Guarantees: a stale owner writes nothing (FENCED); a flush whose base is not what is stored writes nothing (BEHIND);
-- the same flush sent twice is written once (OK). A rewrite comes in slices: the first begins the list of cards anew,
-- and the position moves with the last. A whole room takes the place of its hash; a change is written only into a hash
-- of this generation: of any other room nothing is left, and it is named in the answer.
-- KEYS: meta, live cards, then one room hash and one channel per room, in turn.
-- ARGV: generation, fence, expected ('' = none), next, part ('' = whole | 'first' | 'more' | 'last' | 'only' slice), stream_time,
--   ledger, append time of next, n rooms whose cards go, room..., then per room:
--   whole ('1' | '0'), n fields, name, value..., m forgotten fields, name..., card ('' = unchanged), ttl seconds (0 = keep), k messages, message...
-- Returns {'OK', room that was not there...}, {'FENCED'} or {'BEHIND', applied, fence}.
local meta = redis.call('HMGET', KEYS[1], 'generation', 'fence', 'applied')
local generation = tonumber(meta[1] or '0')
local fence = tonumber(meta[2] or '0')
local part = ARGV[5]
if generation > tonumber(ARGV[1]) or fence > tonumber(ARGV[2]) then return { 'FENCED' } end
local applied = meta[3] or ''
if part == '' and fence == tonumber(ARGV[2]) and applied == ARGV[4] then return { 'OK' } end
if fence ~= tonumber(ARGV[2]) or applied ~= ARGV[3] then return { 'BEHIND', applied, meta[2] or '' } end
local answer = { 'OK' }
local at = 9
local function take()
  local value = ARGV[at]
  at = at + 1
  return value
end
if part == 'first' or part == 'only' then redis.call('DEL', KEYS[2]) end
for _ = 1, tonumber(take()) do redis.call('HDEL', KEYS[2], take()) end
for key = 3, #KEYS, 2 do
  local room, channel = KEYS[key], KEYS[key + 1]
  local id = take()
  local isThere = true
  if take() == '1' then
    redis.call('DEL', room)
    redis.call('HSET', room, 'generation', ARGV[1])
  elseif redis.call('HGET', room, 'generation') ~= ARGV[1] then
    redis.call('DEL', room)
    isThere = false
    answer[#answer + 1] = id
  end
  local n = 2 * tonumber(take())
  if isThere then
    -- In pieces: a call's arguments are limited.
    for from = at, at + n - 1, 500 do
      redis.call('HSET', room, unpack(ARGV, from, math.min(from + 499, at + n - 1)))
    end
  end
  at = at + n
  for _ = 1, tonumber(take()) do redis.call('HDEL', room, take()) end
  local card = take()
  if card ~= '' then redis.call('HSET', KEYS[2], id, card) end
  local ttl = tonumber(take())
  if ttl > 0 then redis.call('EXPIRE', room, ttl) end
  for _ = 1, tonumber(take()) do redis.call('SPUBLISH', channel, take()) end
end
if part == 'first' or part == 'more' then
  redis.call('HSET', KEYS[1], 'rewriting', '1')
  return answer
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', KEYS[1], 'applied', ARGV[4], 'stream_time', ARGV[6], 'ledger', ARGV[7], 'append', ARGV[8], 'flushed_at', string.format('%.0f', now))
redis.call('HDEL', KEYS[1], 'rewriting')
return answer
