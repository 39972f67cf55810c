-- Opens a delivery again that ended without being sent, because a person wants it tried once more.
--
-- KEYS  1 ledger
-- ARGV  1 delivery id, 2 whether one that ended as suppressed is opened too (0 or 1)
-- Reply 'open', or 'sent' | 'suppressed' | 'cancelled' where that is how it ended, or 'busy' while somebody is sending it
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then return 'open' end
local state, _, _, rest = string.match(record, '^(%a)|(%d+)|([^|]*)|(.*)$')
if state == 's' then return 'sent' end
if state == 'n' then return 'cancelled' end
if state == 'p' and ARGV[2] ~= '1' then return 'suppressed' end
if state == 'c' then
  local time = redis.call('TIME')
  if tonumber(rest) > time[1] * 1000 + math.floor(time[2] / 1000) then return 'busy' end
end
-- What is known not to have been sent stays without doubt: a holder that died, or a last answer that was lost, does not.
redis.call('HSET', KEYS[1], ARGV[1], ((state == 'd' or state == 'f' or state == 'p') and 'f' or 'u') .. '|0||')
return 'open'
