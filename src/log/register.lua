-- Creates the groups of an application that a log lacks. All of a log at once: "the application has no group here yet" must
-- be seen before the first of them is made.
--
-- KEYS  1 log, 2 meta, 3 groups
-- ARGV  1 the application's prefix, `<application>.`; 2 now (ms); then the groups
-- Reply for each group: {'exists' | 'beginning' | 'end', how it is held up or ''}
local existing, first_start = {}, true
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local name = info[2]
    existing[name] = true
    if string.sub(name, 1, #ARGV[1]) == ARGV[1] then first_start = false end
  end
end

local replies = {}
for i = 3, #ARGV do
  local group, at = ARGV[i], 'exists'
  if not existing[group] then
    local number
    if first_start then
      redis.call('XGROUP', 'CREATE', KEYS[1], group, '0', 'MKSTREAM')
      local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
      number = oldest and tonumber(oldest[2][2]) - 1 or tonumber(redis.call('HGET', KEYS[2], 'n')) or 0
    else
      redis.call('XGROUP', 'CREATE', KEYS[1], group, '$', 'MKSTREAM')
      number = tonumber(redis.call('HGET', KEYS[2], 'n')) or 0
    end
    redis.call('HSET', KEYS[3], group .. '|n', number)
    at = first_start and 'beginning' or 'end'
  end
  replies[#replies + 1] = {at, redis.call('HGET', KEYS[3], group .. '|held') or ''}
  redis.call('HSET', KEYS[3], group .. '|seen', ARGV[2])
  redis.call('HDEL', KEYS[3], group .. '|left')
end
return replies
