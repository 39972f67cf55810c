-- Claims a delivery, right before it is sent.
--
-- KEYS  1 ledger, 2 timeline (buckets of the delivery's hour and shard), 3 doubtful (counter of the shard)
-- ARGV  1 delivery id, 2 token, 3 lease (ms), 4 deaths that make it poison, 5 seconds to keep,
--       6 now (ms, the caller's clock), 7 for how long what may have been sent is held (ms; 0: it is sent again)
-- Reply {'go', doubtful (0 or 1)} | {'sent'} | {'suppressed'} | {'cancelled'} | {'dead', reason} | {'busy', ms} | {'poison', deaths}
--       | {'held', ms, from now on (0 or 1)} | {'given up', reason}
--
-- A record is `<state>|<deaths>|<token>|<rest>`, the token being that of the last holder:
--   c  claimed, rest: the lease's end (ms)      f  free after a known failure      u  free, perhaps sent
--   s  sent      p  suppressed      n  cancelled      d  dead, rest: the reason      e  dead, perhaps sent, rest: the reason
--   h  held, perhaps sent, rest: until when (ms, the caller's clock)
local id, token, lease, most_deaths, keep = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local caller_now, hold = tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local record = redis.call('HGET', KEYS[1], id)
local deaths, doubtful = 0, 0

local function note(line)
  local before = redis.call('HGET', KEYS[2], id)
  line = string.format('%.0f', now) .. ' ' .. line
  redis.call('HSET', KEYS[2], id, before and (before .. '\n' .. line) or line)
end
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
    note('d ' .. reason)
    return {'given up', reason}
  end
  -- The same token: this very call was sent again after a lost reply.
  if state == 'c' and holder ~= token then
    if tonumber(rest) > now then return {'busy', tonumber(rest) - now} end
    deaths, doubtful = deaths + 1, 1
    if deaths >= most_deaths then return {'poison', deaths} end
    if hold > 0 then
      keep_as('h', string.format('%.0f', caller_now + hold))
      note('h its worker died while sending it')
      return {'held', hold, 1}
    end
    note('t ' .. deaths)
  end
end

keep_as('c', string.format('%.0f', now + lease))
redis.call('EXPIRE', KEYS[1], keep, 'NX')
if doubtful == 1 then redis.call('INCR', KEYS[3]) end
return {'go', doubtful}
