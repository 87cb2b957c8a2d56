-- Claims a partition for one owner. Guarantees: the fence only rises, so that every earlier owner is refused from here on;
-- a higher generation forgets the position and the cards of the log before it; a lower one is refused. A rewrite that
-- its owner did not finish is as good as a lost Redis: no position stands.
-- KEYS: meta, live cards. ARGV: generation. Returns {fence, applied} ('' where nothing was applied) or {'FENCED'}.
local held = tonumber(redis.call('HGET', KEYS[1], 'generation') or '0')
local generation = tonumber(ARGV[1])
if held > generation then return { 'FENCED' } end
if held < generation then
  redis.call('HDEL', KEYS[1], 'applied', 'append', 'stream_time', 'ledger', 'rewriting')
  redis.call('DEL', KEYS[2])
end
if redis.call('HEXISTS', KEYS[1], 'rewriting') == 1 then redis.call('HDEL', KEYS[1], 'applied', 'rewriting') end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local fence = math.max(tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') + 1, now)
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'fence', string.format('%.0f', fence))
return { string.format('%.0f', fence), redis.call('HGET', KEYS[1], 'applied') or '' }
