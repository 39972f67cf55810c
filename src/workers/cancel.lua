-- Ends a delivery unsent that nobody is sending: because a person does not want it sent, it is not needed, or it never came to a claim.
--
-- KEYS  1 ledger, 2 timeline
-- ARGV  1 delivery id, 2 the line's step and detail, 3 seconds to keep, 4 the reason of a dead one ('' for all others),
--       5 whether one that is dead already ends for good (0 or 1)
-- Reply 'cancelled', or 'sent' | 'suppressed' | 'dead' where that is how it ended, or 'busy' while somebody is sending it
local record = redis.call('HGET', KEYS[1], ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if record then
  local state, _, _, rest = string.match(record, '^(%a)|(%d+)|([^|]*)|(.*)$')
  if state == 'n' then return 'cancelled' end
  if state == 's' then return 'sent' end
  if state == 'p' then return 'suppressed' end
  if (state == 'd' or state == 'e') and ARGV[5] ~= '1' then return 'dead' end
  if state == 'c' and tonumber(rest) > now then return 'busy' end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4] == '' and 'n|0||' or 'd|0||' .. string.sub(ARGV[4], 1, 60))
redis.call('EXPIRE', KEYS[1], ARGV[3], 'NX')
local line = string.format('%.0f', now) .. ' ' .. ARGV[2]
local before = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], before and (before .. '\n' .. line) or line)
redis.call('EXPIRE', KEYS[2], ARGV[3], 'NX')
return 'cancelled'
