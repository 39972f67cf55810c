-- Claims a delivery, right before it is sent.
--
-- KEYS  1 ledger, 2 timeline, 3 statuses (buckets of the delivery's hour and shard), 4 doubtful (counter of the shard)
-- ARGV  1 delivery id, 2 token, 3 lease (ms), 4 deaths that make it poison, 5 seconds to keep,
--       6 now (ms, the caller's clock), 7 for how long what may have been sent is held (ms; 0: it is sent again), 8 longest time line (bytes)
-- Reply {'go', doubtful (0 or 1)} | {'sent'} | {'suppressed'} | {'cancelled'} | {'dead', reason} | {'busy', ms} | {'poison', deaths}
--       | {'held', ms, from now on (0 or 1)} | {'given up', reason} | {'proved', provider, message id}
--
-- A record is `<state>|<deaths>|<token>|<rest>`, the token being that of the last holder:
--   c  claimed, rest: the lease's end (ms)      f  free after a known failure      u  free, perhaps sent
--   s  sent      p  suppressed      n  cancelled      d  dead, rest: the reason      e  dead, perhaps sent, rest: the reason
--   h  held, perhaps sent, rest: until when (ms, the caller's clock)
local id, token, lease, most_deaths, keep = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local caller_now, hold, longest = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local record = redis.call('HGET', KEYS[1], id)
local deaths, doubtful = 0, 0
local lines = {}

local function keep_as(state, rest)
  redis.call('HSET', KEYS[1], id, state .. '|' .. deaths .. '|' .. token .. '|' .. rest)
end

if record then
  local state, count, holder, rest = string.match(record, '^(%a)|(%d+)|([^|]*)|(.*)$')
  deaths = tonumber(count)
  if state == 's' then return {'sent'} end
  if state == 'p' then return {'suppressed'} end
  if state == 'n' then return {'cancelled'} end
  if state == 'd' or state == 'e' then return {'dead', rest} end
  if state == 'u' then doubtful = 1 end
  if state == 'h' then
    if tonumber(rest) > caller_now then return {'held', tonumber(rest) - caller_now, 0} end
    local reason = 'it may have been sent, and no word of that came in its time'
    keep_as('e', reason)
    note(KEYS[2], id, now, 'd ' .. reason, keep, longest)
    return {'given up', reason}
  end
  lines = status_lines(redis.call('HGET', KEYS[3], id))
  -- The same token: this very call was sent again after a lost reply.
  if state == 'c' and holder ~= token then
    if tonumber(rest) > now then return {'busy', tonumber(rest) - now} end
    local says, line = told(lines)
    if says == '+' then
      keep_as('s', '')
      note(KEYS[2], id, now, 'c ' .. told_text(line), keep, longest)
      return {'proved', line.provider, line.message}
    end
    deaths, doubtful = deaths + 1, 1
    if deaths >= most_deaths then return {'poison', deaths} end
    if hold > 0 and says == '-' then
      doubtful = 0
      note(KEYS[2], id, now, 'b ' .. told_text(line), keep, longest)
    elseif hold > 0 and says then
      local reason = told_text(line)
      keep_as('d', string.sub(reason, 1, 60))
      note(KEYS[2], id, now, 'd ' .. reason, keep, longest)
      return {'given up', reason}
    elseif hold > 0 then
      keep_as('h', string.format('%.0f', caller_now + hold))
      note(KEYS[2], id, now, 'h its worker died while sending it', keep, longest)
      return {'held', hold, 1}
    else
      note(KEYS[2], id, now, 't ' .. deaths, keep, longest)
    end
  end
end

-- What was said of earlier tries says nothing of the one that begins.
local stale = false
for _, line in ipairs(lines) do
  if string.find('-xp', line.verdict, 1, true) then line.verdict, stale = '.', true end
end
if stale then redis.call('HSET', KEYS[3], id, status_text(lines)) end

keep_as('c', string.format('%.0f', now + lease))
redis.call('EXPIRE', KEYS[1], keep, 'NX')
if doubtful == 1 then redis.call('INCR', KEYS[4]) end
return {'go', doubtful}
