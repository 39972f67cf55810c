-- For every position of a partition: says that a reader is here, whether anything is unread, and takes over what its reader
-- left behind.
--
-- KEYS  for each position: log, meta, groups
-- ARGV  1 reader, 2 milliseconds without a sign of life, 3 limit, 4 suspect from (hand-outs), 5 now (ms); then the group of each position
-- Reply for each position: {unread (0 or 1), gap, id, number, JSON, hand-outs, id, …}
local reader, min_idle, limit, suspect_from, now = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local replies = {}
for i = 1, #KEYS / 3 do
  local log, meta, groups, group = KEYS[(i - 1) * 3 + 1], KEYS[(i - 1) * 3 + 2], KEYS[(i - 1) * 3 + 3], ARGV[5 + i]
  local reply = {0, 0}
  redis.call('HSET', groups, group .. '|seen', now)
  redis.call('HDEL', groups, group .. '|left')
  local written = tonumber(redis.call('HGET', meta, 'n')) or 0
  local read = tonumber(redis.call('HGET', groups, group .. '|n')) or 0
  if written > read then reply[1] = 1 end

  -- An entry that was handed out often may be what kills its readers. Such a suspect is taken alone, and the least handed-out
  -- one first: then only the culprit's count goes on growing.
  local wanted, counts, suspect, suspect_count = {}, {}, nil, nil
  local pending = redis.pcall('XPENDING', log, group, 'IDLE', min_idle, '-', '+', limit)
  if pending.err then pending = {} end
  for _, item in ipairs(pending) do
    local id, count = item[1], tonumber(item[4])
    counts[id] = count + 1
    if count + 1 < suspect_from then
      wanted[#wanted + 1] = id
    elseif not suspect or count < suspect_count then
      suspect, suspect_count = id, count
    end
  end
  if #wanted == 0 and suspect then wanted[1] = suspect end
  if #wanted > 0 then
    local taken = redis.call('XCLAIM', log, group, reader, min_idle, unpack(wanted))
    for _, entry in ipairs(taken) do
      local n = #reply
      reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = entry[1], entry[2][2], entry[2][4], counts[entry[1]]
    end
    -- XCLAIM drops what is no longer in the log from the list of pending entries.
    local missing = #wanted - #taken
    if missing > 0 then
      reply[2] = missing
      redis.call('HINCRBY', groups, group .. '|gaps', missing)
    end
  end
  replies[i] = reply
end
return replies
