-- Removes the oldest entries of a log that are past their time or its size, never what a group has still to read or acknowledge.
--
-- KEYS  1 log, 2 groups
-- ARGV  1 entries older than this go (ms), 2 bytes of memory that the log may take, 3 groups without a reader since this are abandoned (ms)
-- Reply {removed, slowest group if it alone holds entries back or '', newly abandoned groups …}
-- Before it: ids.lua
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, ''} end

local function following(id)
  local ms, sequence = string.match(id, '^(%d+)-(%d+)$')
  return ms .. '-' .. string.format('%.0f', tonumber(sequence) + 1)
end

-- The first id that must stay: the oldest one that some group has not acknowledged.
local floor, slowest, abandoned = nil, '', {}
for _, info in ipairs(groups_of(KEYS[1])) do
  local group, pending, delivered = info.name, info.pending, info['last-delivered-id']
  local seen = tonumber(redis.call('HGET', KEYS[2], group .. '|seen'))
  if not seen then
    -- A group that something else made: its grace begins when we first see it.
    redis.call('HSET', KEYS[2], group .. '|seen', redis.call('TIME')[1] .. '000')
    seen = math.huge
  end
  if seen < tonumber(ARGV[3]) then
    if redis.call('HSETNX', KEYS[2], group .. '|left', 1) == 1 then abandoned[#abandoned + 1] = group end
  else
    local keep = following(delivered)
    if pending > 0 then keep = redis.call('XPENDING', KEYS[1], group)[2] end
    if not floor or older(keep, floor) then floor, slowest = keep, group end
  end
end

local removed, held = 0, ''
local by_age = ARGV[1] .. '-0'
if floor and older(floor, by_age) then
  local oldest = redis.call('XRANGE', KEYS[1], floor, by_age, 'COUNT', 1)
  if #oldest > 0 then held = slowest end
  by_age = floor
end
removed = redis.call('XTRIM', KEYS[1], 'MINID', by_age)

-- By size in small steps, so that no call takes long.
local steps = 0
while steps < 50 and (redis.call('MEMORY', 'USAGE', KEYS[1]) or 0) > tonumber(ARGV[2]) do
  local page = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 33)
  local cut = page[#page] and page[#page][1]
  if not cut or #page < 2 then break end
  if floor and older(floor, cut) then cut = floor end
  local gone = redis.call('XTRIM', KEYS[1], 'MINID', cut)
  removed = removed + gone
  if gone == 0 then
    held = slowest
    break
  end
  steps = steps + 1
end
return {removed, held, unpack(abandoned)}
