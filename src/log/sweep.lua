-- For every position of a partition: says that a reader is here, whether anything is unread, and takes over what its reader
-- left behind.
--
-- An entry that was handed out often may be what kills its readers. Such suspects are taken only when nothing else is left to take. Those
-- that have just become suspects are taken some at a time: if their reader lives, none of them was it. If it dies, each of them is taken
-- alone of all positions from then on, the least handed-out one first: then only the culprit's count goes on growing.
--
-- Of a paused group nothing is taken over. What it, or one that is draining, has not read is not called unread.
--
-- KEYS  for each position: log, meta, groups
-- ARGV  1 reader, 2 milliseconds without a sign of life, 3 limit, 4 suspect from (hand-outs), 5 suspects together, 6 now (ms);
--       then for each position its group, and '1' where something may be taken over for it
-- Reply for each position: {unread (0 or 1), gap, id, number, JSON, hand-outs, id, …}
local reader, min_idle, limit, suspect_from, most_together, now =
  ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local positions = #KEYS / 3
local function group_of(i) return ARGV[5 + i * 2] end
local replies, wanted, counts = {}, {}, {}
local together, alone, taking = {}, nil, false
-- Suspects are often the oldest, and what is behind so many pages of them waits for them.
local most_pages = 20

for i = 1, positions do
  local log, meta, groups, group = KEYS[i * 3 - 2], KEYS[i * 3 - 1], KEYS[i * 3], group_of(i)
  redis.call('HSET', groups, group .. '|seen', now)
  redis.call('HDEL', groups, group .. '|left')
  local written = tonumber(redis.call('HGET', meta, 'n')) or 0
  local known = redis.call('HMGET', groups, group .. '|n', group .. '|held')
  local read, held = tonumber(known[1]) or 0, known[2]
  replies[i], wanted[i], counts[i] = {not held and written > read and 1 or 0, 0}, {}, {}

  local left_alone = ARGV[6 + i * 2] ~= '1' or (held and string.find(held, 'paused', 1, true))
  local from, pages = '-', left_alone and most_pages or 0
  while pages < most_pages and #wanted[i] < limit do
    local pending = redis.call('XPENDING', log, group, 'IDLE', min_idle, from, '+', limit)
    for _, item in ipairs(pending) do
      local id, count = item[1], tonumber(item[4]) + 1
      local suspect = {position = i, id = id, count = count}
      counts[i][id] = count
      if count < suspect_from then
        if #wanted[i] < limit then wanted[i][#wanted[i] + 1] = id end
        taking = true
      elseif count == suspect_from then
        if #together < most_together then together[#together + 1] = suspect end
      elseif not alone or count < alone.count then
        alone = suspect
      end
    end
    if #pending < limit then break end
    from, pages = '(' .. pending[#pending][1], pages + 1
  end
end
if not taking then
  if #together == 0 then together[1] = alone end
  for _, suspect in ipairs(together) do
    local own = wanted[suspect.position]
    own[#own + 1] = suspect.id
  end
end

for i = 1, positions do
  if #wanted[i] > 0 then
    local reply = replies[i]
    local taken = redis.call('XCLAIM', KEYS[i * 3 - 2], group_of(i), reader, min_idle, unpack(wanted[i]))
    for _, entry in ipairs(taken) do
      local n = #reply
      reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = entry[1], entry[2][2], entry[2][4], counts[i][entry[1]]
    end
    -- XCLAIM drops what is no longer in the log from the list of pending entries.
    local missing = #wanted[i] - #taken
    if missing > 0 then
      reply[2] = missing
      redis.call('HINCRBY', KEYS[i * 3], group_of(i) .. '|gaps', missing)
    end
  end
end
return replies
