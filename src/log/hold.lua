-- Keeps a group from reading, or lets it go on, which wakes its readers. Reads see it at once: it stands beside the group's place. Who holds it up first,
-- since when and why stays until it goes on; how it is held may change.
--
-- KEYS  1 groups, 2 bell
-- ARGV  1 group, 2 'paused' | 'draining' | '' (it goes on), 3 topic, 4 now (ms), 5 who and why, as JSON with `at` (ms), or ''
-- Reply how it was held before and since when, and who did that; each '' where there is none
local field = ARGV[1] .. '|held'
local was, by = redis.call('HGET', KEYS[1], field) or '', redis.call('HGET', KEYS[1], field .. 'By') or ''
if ARGV[2] == '' then
  if redis.call('HDEL', KEYS[1], field, field .. 'By') > 0 then redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100, '*', 't', ARGV[3]) end
elseif was == '' then
  redis.call('HSET', KEYS[1], field, ARGV[4] .. ' ' .. ARGV[2])
  if ARGV[5] == '' then redis.call('HDEL', KEYS[1], field .. 'By') else redis.call('HSET', KEYS[1], field .. 'By', ARGV[5]) end
else
  redis.call('HSET', KEYS[1], field, string.match(was, '^%S+') .. ' ' .. ARGV[2])
end
return {was, by}
