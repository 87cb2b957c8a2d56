-- Names the log that this Redis holds the state of. Guarantees: the name changes only to one of a higher generation.
-- KEYS: log. ARGV: generation, name (JSON with that generation). Returns the name that stands.
local held = redis.call('GET', KEYS[1])
if not held or cjson.decode(held).generation < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[2])
  return ARGV[2]
end
return held
