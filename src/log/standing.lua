-- How far everyone has read a log.
--
-- KEYS  1 log, 2 meta, 3 groups
-- Reply {events numbered, entries held, last id, last id as it was noted, losses, when the last one was (ms)}, and for each group {name,
--       entries pending, last id handed out, number read last, gaps, seen (ms), held up since (ms) and how, moved (ms, skipped, again), age of
--       the oldest entry that it has not read (ms), who holds it up (JSON)}; what is not there is ''
-- Before it: ids.lua
local log = KEYS[1]
local meta = redis.call('HMGET', KEYS[2], 'n', 'last', 'losses', 'lostAt')
local written, last = tonumber(meta[1]) or 0, last_id(log)
local reply = {{tostring(written), tostring(redis.call('XLEN', log)), last, meta[2] or '', meta[3] or '0', meta[4] or ''}}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, info in ipairs(groups_of(log)) do
  local group, delivered = info.name, info['last-delivered-id']
  local function field(name) return group .. '|' .. name end
  local known = redis.call('HMGET', KEYS[3], field('n'), field('gaps'), field('seen'), field('held'), field('moved'), field('heldBy'))
  local age = ''
  if older(delivered, last) then
    local oldest = entry_from(log, '(' .. delivered)
    if oldest then age = string.format('%.0f', math.max(0, now - tonumber(string.match(oldest, '^%d+')))) end
  end
  reply[#reply + 1] =
    {group, tostring(info.pending), delivered, known[1] or '0', known[2] or '0', known[3] or '', known[4] or '', known[5] or '', age,
    known[6] or ''}
end
return reply
