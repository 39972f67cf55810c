-- Removes a group for good, with all that is noted of it, unless a reader has looked after it lately.
--
-- KEYS  1 log, 2 meta, 3 groups
-- ARGV  1 group, 2 when a reader is one that is gone (ms): last seen before this
-- Reply 'none' | 'read' (a reader was seen) | 'removed'
-- Before it: ids.lua
local group, there = ARGV[1], false
for _, info in ipairs(groups_of(KEYS[1])) do there = there or info.name == group end
local seen = tonumber(redis.call('HGET', KEYS[3], group .. '|seen'))
if seen and seen > tonumber(ARGV[2]) then return 'read' end
for _, name in ipairs({'n', 'gaps', 'seen', 'left', 'held', 'heldBy', 'moved'}) do redis.call('HDEL', KEYS[3], group .. '|' .. name) end
if not there then return 'none' end
redis.call('XGROUP', 'DESTROY', KEYS[1], group)
return 'removed'
