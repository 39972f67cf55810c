-- Makes the key of a subject, unless there is one.
--
-- KEYS  1 the hash of keys
-- ARGV  1 the hash of the subject, 2 the key to keep, wrapped
-- Reply the key that is kept
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[1], ARGV[1])
