-- Looks whether the index and the failed set agree, and which letters are past their time.
--
-- KEYS and ARGV 1 to 4 as in dead-letter-entries.lua; 5 letters that ended before this are past their time (ms), 6 at most so many of them
-- Reply since when the alarm is raised that this process is to tell (ms), or 0; the number of dead letters; 1 where they differ, else 0;
-- the ids of those past their time
local count = redis.call('ZCARD', KEYS[1])
local differ = redis.call('HLEN', KEYS[2]) == count and 0 or 1
if count == 0 and differ == 0 then return { alarm(0), 0, 0, {} } end
-- Of one that died twice the number says nothing: the newest are compared one by one.
local newest = redis.call('ZRANGE', KEYS[1], -50, -1, 'WITHSCORES')
for i = 1, #newest, 2 do
  local entry = redis.call('HGET', KEYS[2], newest[i])
  if not entry or string.match(entry, '^%S+ (%S+) ') ~= newest[i + 1] then differ = 1 end
end
return { alarm(count), count, differ, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[5], 'LIMIT', 0, ARGV[6]) }
