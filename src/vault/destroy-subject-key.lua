-- Destroys the key of a subject; when, stays.
--
-- KEYS  1 the hash of keys
-- ARGV  1 the hash of the subject, 2 now (ms)
-- Reply 1 there was a key, 0 there was none
local destroyed = redis.call('HDEL', KEYS[1], ARGV[1])
if destroyed == 1 then redis.call('HSET', KEYS[1], ARGV[1] .. '!', ARGV[2]) end
return destroyed
