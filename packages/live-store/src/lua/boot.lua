-- Names this life of Redis' data: `<random>:<server ms of its birth>`, set where absent.
-- KEYS: boot. ARGV: random. Returns {value, server ms now}.
local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. now, 'NX')
return { redis.call('GET', KEYS[1]), now }
