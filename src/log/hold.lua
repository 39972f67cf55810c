-- Keeps a group from reading, or lets it go on, which wakes its readers. Reads see it at once: it stands beside the group's place.
--
-- KEYS  1 groups, 2 bell
-- ARGV  1 group, 2 '<now (ms)> paused' | '<now (ms)> draining' | '' (it goes on), 3 topic
-- Reply nothing
local field = ARGV[1] .. '|held'
if ARGV[2] == '' then
  if redis.call('HDEL', KEYS[1], field) == 1 then redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100, '*', 't', ARGV[3]) end
else
  redis.call('HSET', KEYS[1], field, ARGV[2])
end
