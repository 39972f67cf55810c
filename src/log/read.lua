-- Reads new entries for a group, up to a number and about a number of bytes, and counts the entries it never got to see.
--
-- KEYS  1 log, 2 groups
-- ARGV  1 group, 2 reader, 3 events at most, 4 bytes at most
-- Reply {gap, more (0 or 1), held (0 or 1: nothing is read), id, number, JSON, id, number, JSON, …}
local group, reader, most_events, most_bytes = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[2], group .. '|n', group .. '|held')
if known[2] then return {0, 0, 1} end
local last = tonumber(known[1])
local reply, gap, events, bytes = {0, 0, 0}, 0, 0, 0
-- A few at a time: a page of entries of 256 KB each would otherwise be many times the budget.
while events < most_events and bytes < most_bytes do
  local wanted = math.min(16, most_events - events)
  local page = redis.call('XREADGROUP', 'GROUP', group, reader, 'COUNT', wanted, 'STREAMS', KEYS[1], '>')
  local entries = page and page[1] and page[1][2] or {}
  for _, entry in ipairs(entries) do
    local number, json = tonumber(entry[2][2]), entry[2][4]
    if last and number > last + 1 then gap = gap + number - last - 1 end
    last = number
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3] = entry[1], entry[2][2], json
    bytes = bytes + #json
  end
  events = events + #entries
  if #entries < wanted then break end
  if events >= most_events or bytes >= most_bytes then reply[2] = 1 end
end
if events > 0 then redis.call('HSET', KEYS[2], group .. '|n', last) end
if gap > 0 then redis.call('HINCRBY', KEYS[2], group .. '|gaps', gap) end
reply[1] = gap
return reply
