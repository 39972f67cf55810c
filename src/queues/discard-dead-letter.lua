-- Takes a dead letter away for good, where it still is one: who queues it again at the same moment is either before this or after it.
--
-- KEYS  1 failed set, 2 job, 3 what BullMQ logged of it
-- ARGV  1 id
-- Reply 1, or 0 where it is none any more
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('UNLINK', KEYS[2], KEYS[3])
return 1
