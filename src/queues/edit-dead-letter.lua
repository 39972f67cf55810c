-- Gives a dead letter another content, where it still is one.
--
-- KEYS  1 failed set, 2 job
-- ARGV  1 id, 2 content
-- Reply 1, or 0 where it is none any more
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], 'data', ARGV[2])
return 1
