-- What scripts share that compare the ids of a log and put groups somewhere in it.

-- Whether an id was given before another one.
local function older(a, b)
  local a1, a2 = string.match(a, '^(%d+)-(%d+)$')
  local b1, b2 = string.match(b, '^(%d+)-(%d+)$')
  a1, a2, b1, b2 = tonumber(a1), tonumber(a2), tonumber(b1), tonumber(b2)
  return a1 < b1 or (a1 == b1 and a2 < b2)
end

-- A reply of XINFO by its names.
local function named(info)
  local facts = {}
  for i = 1, #info, 2 do facts[info[i]] = info[i + 1] end
  return facts
end

-- The id that a log gave last; it keeps that when it is trimmed to nothing.
local function last_id(log)
  if redis.call('EXISTS', log) == 0 then return '0-0' end
  return named(redis.call('XINFO', 'STREAM', log))['last-generated-id']
end

-- The groups of a log, each with its name, pending, and last-delivered-id.
local function groups_of(log)
  local found = {}
  if redis.call('EXISTS', log) == 0 then return found end
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do found[#found + 1] = named(info) end
  return found
end

-- The first entry from an id on, `(` before it for the one behind it: its id and number, or nothing.
local function entry_from(log, id)
  local entry = redis.call('XRANGE', log, id, '+', 'COUNT', 1)[1]
  if entry then return entry[1], tonumber(entry[2][2]) or 0 end
end

-- Lets a group read from an entry on; without one, what comes after the newest.
local function place(log, groups, group, id, number, written)
  local before = '$'
  if id then
    local earlier = redis.call('XREVRANGE', log, '(' .. id, '-', 'COUNT', 1)[1]
    before = earlier and earlier[1] or '0'
  end
  redis.call('XGROUP', 'SETID', log, group, before)
  redis.call('HSET', groups, group .. '|n', id and number - 1 or written)
end
