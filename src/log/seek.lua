-- Sets where a group reads on, or only says what that would mean. What it has read and not acknowledged stays with its readers.
--
-- KEYS  1 log, 2 meta, 3 groups, 4 bell
-- ARGV  1 group, 2 'now', 'beginning' or since when (ms), 3 since when it is known what was sent (ms), 4 '1' to do it, 5 now (ms), 6 topic
-- Reply {events that it reads again, events that it passes over, how many of those read again are older than it is known what was sent},
--       or nothing where there is no such group
-- Before it: ids.lua
local log, meta, groups = KEYS[1], KEYS[2], KEYS[3]
local group, target = ARGV[1], ARGV[2]
local there = false
for _, info in ipairs(groups_of(log)) do there = there or info.name == group end
if not there then return {} end

local written = tonumber(redis.call('HGET', meta, 'n')) or 0
local read = tonumber(redis.call('HGET', groups, group .. '|n')) or 0
local id, number
if target == 'beginning' then id, number = entry_from(log, '-')
elseif target ~= 'now' then id, number = entry_from(log, target .. '-0') end
local at = id and number - 1 or written
local _, known = entry_from(log, ARGV[3] .. '-0')
local again, skipped = math.max(0, read - at), math.max(0, at - read)
local forgotten = math.max(0, math.min(read, known and known - 1 or written) - at)
if ARGV[4] == '1' then
  place(log, groups, group, id, number, written)
  redis.call('HSET', groups, group .. '|moved', ARGV[5] .. ' ' .. skipped .. ' ' .. again)
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 100, '*', 't', ARGV[6])
end
return {again, skipped, forgotten}
