-- The five-room lease of one partner. Guarantees: the distinct rooms among its unexpired members never exceed the cap,
-- whoever calls and however often; a session obeys only the connection that is attached to it, and the one it was attached
-- to before is told on the channel.
-- KEYS: rooms (zset `room|session` by expiry), sessions (hash), channel (`session|conn` of each move). Fields of the hash: <session> = expiry|conn|sub,
--   s:<room> = slot|since, n:<session> = name, m:<room>|<session> = since.
-- ARGV: op, ttl ms, cap, session, conn, then by op:
--   attach sub, name, '1' to create | take room | swap from, to | renew sub, name, room... | drop room | detach | list
local rooms, sessions = KEYS[1], KEYS[2]
local op, ttl, cap, session, conn = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function int(n) return string.format('%.0f', n) end

local function split(member)
  local at = string.find(member, '|', 1, true)
  return string.sub(member, 1, at - 1), string.sub(member, at + 1)
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', rooms, '-inf', now)) do
  redis.call('ZREM', rooms, member)
  redis.call('HDEL', sessions, 'm:' .. member)
end

-- Who holds what: room -> number of its members.
local held, distinct = {}, 0
for _, member in ipairs(redis.call('ZRANGE', rooms, 0, -1)) do
  local room = split(member)
  if held[room] == nil then held[room] = 0; distinct = distinct + 1 end
  held[room] = held[room] + 1
end

-- Slots of rooms nobody holds are free; sessions that expired are forgotten.
local slots, taken = {}, {}
local flat = redis.call('HGETALL', sessions)
for i = 1, #flat, 2 do
  local field, value = flat[i], flat[i + 1]
  local kind = string.sub(field, 1, 2)
  if kind == 's:' then
    local room = string.sub(field, 3)
    if held[room] == nil then redis.call('HDEL', sessions, field)
    else
      slots[room] = value
      taken[tonumber((split(value)))] = true
    end
  elseif kind ~= 'm:' and kind ~= 'n:' then
    if tonumber((split(value))) <= now then redis.call('HDEL', sessions, field, 'n:' .. field) end
  end
end

local function write(sub, name)
  redis.call('HSET', sessions, session, int(now + ttl) .. '|' .. conn .. '|' .. sub, 'n:' .. session, name)
end

local function add(room)
  local member = room .. '|' .. session
  if redis.call('ZADD', rooms, now + ttl, member) == 1 then
    redis.call('HSET', sessions, 'm:' .. member, int(now))
    if held[room] == nil then held[room] = 0; distinct = distinct + 1 end
    held[room] = held[room] + 1
  end
  if slots[room] == nil then
    local slot = 1
    while taken[slot] do slot = slot + 1 end
    taken[slot] = true
    slots[room] = int(slot) .. '|' .. int(now)
    redis.call('HSET', sessions, 's:' .. room, slots[room])
  end
  redis.call('PEXPIRE', rooms, ttl * 4)
  return (split(slots[room]))
end

local function remove(room)
  local member = room .. '|' .. session
  redis.call('HDEL', sessions, 'm:' .. member)
  if redis.call('ZREM', rooms, member) == 0 then return end
  held[room] = held[room] - 1
  if held[room] > 0 then return end
  held[room] = nil
  distinct = distinct - 1
  redis.call('HDEL', sessions, 's:' .. room)
  if slots[room] ~= nil then taken[tonumber((split(slots[room])))] = nil end
  slots[room] = nil
end

local function mine()
  local list = {}
  for _, member in ipairs(redis.call('ZRANGE', rooms, 0, -1)) do
    local room, owner = split(member)
    if owner == session then list[#list + 1] = room end
  end
  return list
end

local function answer(kind, list)
  local reply = { kind }
  for _, each in ipairs(list or {}) do reply[#reply + 1] = each end
  redis.call('PEXPIRE', sessions, ttl * 4)
  return reply
end

local function everyone()
  local list = {}
  for room in pairs(held) do list[#list + 1] = room end
  table.sort(list)
  return list
end

if op == 'list' then
  local list = {}
  for _, member in ipairs(redis.call('ZRANGE', rooms, 0, -1)) do
    local room, owner = split(member)
    local stored = redis.call('HGET', sessions, owner) or ''
    local sub = string.match(stored, '^[^|]*|[^|]*|(.*)$') or ''
    local name = redis.call('HGET', sessions, 'n:' .. owner) or ''
    local since = redis.call('HGET', sessions, 'm:' .. member) or ''
    list[#list + 1] = cjson.encode({ room, owner, slots[room] or '', sub, name, since })
  end
  return answer('OK', list)
end

local stored = redis.call('HGET', sessions, session)
local owner, sub
if stored then owner, sub = string.match(stored, '^[^|]*|([^|]*)|(.*)$') end

if op == 'attach' then
  if not stored then
    if ARGV[8] == '1' then write(ARGV[6], ARGV[7]) end
    return answer('NEW')
  end
  if sub ~= ARGV[6] then return answer('FOREIGN') end
  write(sub, ARGV[7])
  if owner ~= conn then redis.call('SPUBLISH', KEYS[3], session .. '|' .. conn) end
  local list = mine()
  for _, room in ipairs(list) do add(room) end
  return answer('RESUMED', list)
end

if stored and owner ~= conn then return answer('STOLEN') end
if not stored and op ~= 'renew' then return answer('UNKNOWN') end

if op == 'take' then
  local room = ARGV[6]
  if held[room] == nil and distinct >= cap then return answer('ROOM_LIMIT', everyone()) end
  return answer('OK', { add(room) })
elseif op == 'swap' then
  local from, to = ARGV[6], ARGV[7]
  if not redis.call('ZSCORE', rooms, from .. '|' .. session) then return answer('NOT_HELD') end
  local after = distinct
  if held[from] == 1 and from ~= to then after = after - 1 end
  if held[to] == nil and after >= cap then return answer('ROOM_LIMIT', everyone()) end
  if from ~= to then remove(from) end
  return answer('OK', { add(to) })
elseif op == 'renew' then
  write(ARGV[6], ARGV[7])
  local lost = {}
  for i = 8, #ARGV do
    if held[ARGV[i]] ~= nil or distinct < cap then add(ARGV[i]) else lost[#lost + 1] = ARGV[i] end
  end
  return answer('OK', lost)
elseif op == 'drop' then
  remove(ARGV[6])
  return answer('OK')
elseif op == 'detach' then
  for _, room in ipairs(mine()) do remove(room) end
  redis.call('HDEL', sessions, session, 'n:' .. session)
  return answer('OK')
end
return redis.error_reply('unknown op')
