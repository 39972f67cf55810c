-- Writes down what a queue's limits are, and puts the rate in force into BullMQ's own settings, where each worker sees it with the next job.
-- One that a person has set wins over the configuration's.
--
-- KEYS  1 settings, 2 BullMQ's meta, 3 BullMQ's count of the jobs of the present stretch of time
-- ARGV  1 what the configuration says, '<concurrency> <rate>', 2 '1' where a worker says so, which starts with it ('': only where nothing is
--       known), then pairs: a field and its JSON, or '' to take it away
-- Reply the settings: field, value, …
redis.call(ARGV[2] == '1' and 'HSET' or 'HSETNX', KEYS[1], 'configured', ARGV[1])
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i]) else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
local set = redis.call('HGET', KEYS[1], 'rate')
local rate = set and cjson.decode(set).value or string.match(redis.call('HGET', KEYS[1], 'configured'), ' (.*)$')
local max, per = string.match(rate, '^(%d+)/(%d+)$')
local before = redis.call('HMGET', KEYS[2], 'max', 'duration')
if max then redis.call('HSET', KEYS[2], 'max', max, 'duration', per) else redis.call('HDEL', KEYS[2], 'max', 'duration') end
-- The present stretch has the length of the old rate: it ends, else an hour of that would be waited for.
if (before[2] or '') ~= (per or '') then redis.call('DEL', KEYS[3]) end
return redis.call('HGETALL', KEYS[1])
