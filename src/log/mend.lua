-- Looks whether a log, its numbers and some groups still fit together, and mends what does not: nothing that is published from now on is
-- skipped in silence. What does not fit has lost something: the log was deleted or restored alone, or a group was.
--
-- A group whose place is lost reads again what is younger than it is known what was sent (ARGV 2), and all that it had not read before.
--
-- KEYS  1 log, 2 meta, 3 groups
-- ARGV  1 now (ms), 2 since when it is known what was sent (ms), 3 '1' when the caller has seen all these groups before; then the groups
-- Reply for each thing that was lost: 'ids' | 'numbers' | 'lost' | 'ahead' | 'back', the group or '', how many events it reads again
-- Before it: ids.lua
local log, meta, groups, covered = KEYS[1], KEYS[2], KEYS[3], ARGV[2] .. '-0'
local found = {}
local function tell(kind, group, again)
  local n = #found
  found[n + 1], found[n + 2], found[n + 3] = kind, group, again
end

local last = last_id(log)
local highest, there = redis.call('HGET', meta, 'last') or '0-0', {}
for _, info in ipairs(groups_of(log)) do
  local delivered = info['last-delivered-id']
  there[info.name] = delivered
  if older(highest, delivered) then highest = delivered end
end

-- Ids only grow: what comes next has one above all that were ever given.
local went_back = older(last, highest)
if went_back then
  if redis.call('EXISTS', log) == 0 then
    redis.call('XGROUP', 'CREATE', log, 'busbar', '$', 'MKSTREAM')
    redis.call('XGROUP', 'DESTROY', log, 'busbar')
  end
  redis.call('XSETID', log, highest)
  tell('ids', '', 0)
end

local written = tonumber(redis.call('HGET', meta, 'n')) or 0
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local newest_number = newest and tonumber(newest[2][2]) or 0
if newest_number > written then
  written = newest_number
  redis.call('HSET', meta, 'n', written)
  tell('numbers', '', 0)
end

-- The first entry with a number above this one, by halving the time that the log spans: numbers grow with the ids.
local function first_unread(read)
  local id, number = entry_from(log, '-')
  if not id or newest_number <= read then return end
  if number > read then return id, number end
  local low = tonumber(string.match(id, '^%d+'))
  local high = tonumber(string.match(newest[1], '^%d+')) + 1
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    local _, at = entry_from(log, string.format('%.0f-0', middle))
    if at and at <= read then low = middle else high = middle end
  end
  -- Several entries may be of that one millisecond.
  local from = string.format('%.0f-0', low)
  for _ = 1, 50 do
    local page = redis.call('XRANGE', log, from, '+', 'COUNT', 100)
    for _, entry in ipairs(page) do
      number = tonumber(entry[2][2]) or 0
      if number > read then return entry[1], number end
    end
    if #page < 100 then return end
    from = '(' .. page[100][1]
  end
end

local function replace(group, read)
  local id, number = entry_from(log, covered)
  if read then
    local unread_id, unread_number = first_unread(read)
    if unread_id and (not id or older(unread_id, id)) then id, number = unread_id, unread_number end
  end
  place(log, groups, group, id, number, written)
  return id and math.max(0, written - number + 1) or 0
end

for i = 4, #ARGV do
  local group = ARGV[i]
  local delivered, read = there[group], tonumber(redis.call('HGET', groups, group .. '|n'))
  if not delivered then
    if read or ARGV[3] == '1' then
      redis.call('XGROUP', 'CREATE', log, group, '$', 'MKSTREAM')
      tell('lost', group, replace(group, read))
    end
  elseif older(last, delivered) then
    tell('ahead', group, replace(group, read))
  else
    local _, number = entry_from(log, '(' .. delivered)
    local at = number and number - 1 or written
    if read and at < read and went_back then
      tell('back', group, replace(group, read))
    elseif not read or at < read then
      redis.call('HSET', groups, group .. '|n', at)
      if read then tell('numbers', group, 0) end
    end
  end
end

if #found > 0 then
  redis.call('HINCRBY', meta, 'losses', #found / 3)
  redis.call('HSET', meta, 'lostAt', ARGV[1])
end
return found
