-- Ends an operation on dead letters that is running.
--
-- KEYS  1 operation, 2 what is worked on
-- ARGV  1 id, 2 state to be, 3 now (ms), 4 seconds that it is kept
-- Reply 1, or 0 where it is not running
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'ended', ARGV[3])
redis.call('HDEL', KEYS[1], 'trouble')
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('HDEL', KEYS[2], '*' .. ARGV[1])
return 1
