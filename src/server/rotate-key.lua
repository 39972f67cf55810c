-- Puts an API key in another one's place, where that one is still what it was when it was read.
--
-- KEYS  1 the API keys
-- ARGV  1 the old key's id, 2 its JSON as it was read, 3 the new key's id, 4 its JSON, 5 the old key's JSON from now on
-- Reply 1, or 0 where the old key has changed
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4], ARGV[1], ARGV[5])
return 1
