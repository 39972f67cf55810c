-- Puts what is known of a schedule in the place of what was read.
--
-- KEYS  1 schedules
-- ARGV  1 name, 2 the record as it was read, '' where there was none, 3 the record to be, '' for none
-- Reply 1, or 0 where it is another one by now
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
