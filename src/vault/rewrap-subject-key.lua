-- Keeps a subject's key wrapped anew, unless it was destroyed or wrapped anew meanwhile.
--
-- KEYS  1 the hash of keys
-- ARGV  1 the hash of the subject, 2 the key as it was, 3 as it is to be
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
