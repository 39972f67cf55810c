-- Writes down who pauses a queue, where nobody has: the first one stays. A mark without a pause is that of somebody who is pausing it this moment, or
-- who was cut off before: then another one takes its place.
--
-- KEYS  1 settings
-- ARGV  1 who, when and why, as JSON, 2 now (ms), 3 '1' where the queue is paused, 4 how long it may take to pause one (ms)
-- Reply the mark of who was first, or nothing
local was = redis.call('HGET', KEYS[1], 'paused')
if was and (ARGV[3] == '1' or tonumber(ARGV[2]) - cjson.decode(was).at < tonumber(ARGV[4])) then return was end
if ARGV[3] ~= '1' then redis.call('HSET', KEYS[1], 'paused', ARGV[1]) end
return false
