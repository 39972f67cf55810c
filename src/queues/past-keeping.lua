-- How much of a queue is past its time.
--
-- KEYS  1 BullMQ's failed set, 2 its completed set
-- ARGV  for each of them the time (ms) before which it ended
-- Reply {dead letters, finished jobs}
return {redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1]), redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. ARGV[2])}
