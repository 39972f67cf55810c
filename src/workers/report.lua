-- Records what a provider says of a delivery after it took it, and settles doubt by it.
--
-- KEYS  1 ledger, 2 timeline, 3 statuses (buckets of the delivery's hour and shard)
-- ARGV  1 delivery id, 2 status and 3 verdict (as in status-lines.lua), 4 provider, 5 message id ('' unknown), 6 at (ms), 7 reason,
--       8 seconds to keep, 9 longest time line, 10 longest statuses (bytes), 11 how often a delivery may come back
-- Reply {'unknown'} | {'recorded' or 'repeated', settled ('-' not), the highest status, age (ms), the lines whose rise nobody has told yet}
local id, status, verdict, provider, message, at, reason = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local keep, most_returns = ARGV[8], tonumber(ARGV[11])
local record = redis.call('HGET', KEYS[1], id)
if not record then return {'unknown'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lines = status_lines(redis.call('HGET', KEYS[3], id))
local top, returns = 0, 0
local before
for _, line in ipairs(lines) do
  top = math.max(top, line.rank)
  if line.settled == 'f' then returns = returns + 1 end
  if line.status == status and line.provider == provider and line.message == message then before = line end
end
if before then
  local age = math.max(0, now - (before.at + before.known * 1000))
  return {'repeated', before.settled, string.sub(ranks, top, top), age, status_text(untold(lines))}
end

local rank = string.find(ranks, status, 1, true)
local new = { status = status, rank = rank, verdict = verdict, settled = '-', raised = rank > top and '1' or '0', at = at,
  known = string.format('%.0f', math.floor((now - at) / 1000)), provider = provider, message = message, reason = reason }
lines[#lines + 1] = new
top = math.max(top, rank)

-- What is being sent is settled by its mark; where its worker died, nobody may come to take it over.
local state, deaths, token, rest = string.match(record, '^(%a)|(%d+)|([^|]*)|(.*)$')
local sending = state == 'c' and tonumber(rest) > now
local says, line = told(lines)
local step
if says == '+' and state ~= 's' and not sending then
  new.settled, step = 's', 'c ' .. told_text(line)
elseif state == 'h' and says == '-' and returns < most_returns then
  new.settled, step = 'f', 'b ' .. told_text(line)
elseif state == 'h' and says == 'p' then
  new.settled, step = 'p', 'p ' .. told_text(line)
elseif state == 'h' and says then
  new.settled, step = 'd', 'd ' .. told_text(line)
end
if step then
  rest = new.settled == 'd' and string.sub(step, 3, 62) or ''
  redis.call('HSET', KEYS[1], id, new.settled .. '|' .. deaths .. '|' .. token .. '|' .. rest)
  note(KEYS[2], id, now, step, keep, tonumber(ARGV[9]))
end

local text = status_text(lines)
-- What goes first says least: it is neither the highest nor the newest.
while #text > tonumber(ARGV[10]) and #lines > 2 do
  table.remove(lines, lines[1].rank == top and 2 or 1)
  text = status_text(lines)
end
redis.call('HSET', KEYS[3], id, text)
redis.call('EXPIRE', KEYS[3], keep, 'NX')
return {'recorded', new.settled, string.sub(ranks, top, top), 0, status_text(untold(lines))}
