-- Records what became of a claimed delivery, in the ledger and its time line.
--
-- KEYS  1 ledger, 2 timeline
-- ARGV  1 delivery id, 2 token ('' notes a step in the time line only), 3 state, 4 step, 5 detail, 6 seconds to keep, 7 longest time line (bytes),
--       8 until when it is held (ms; '' for other states)
-- Reply 'marked', or 'late' when the claim was not the caller's any more
local id, token, state, step, detail, keep, longest = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local reply = 'marked'

if token ~= '' then
  local record = redis.call('HGET', KEYS[1], id) or ''
  local held, deaths, holder = string.match(record, '^(%a)|(%d+)|([^|]*)|')
  -- This very call was sent again after a lost reply.
  if held == state and holder == token then return reply end
  if held ~= 'c' or holder ~= token then reply, step = 'late', state == 's' and 'l' or 'o' end
  -- A late success is still true, and keeps others from sending; whatever else is late is not ours to say.
  if reply == 'marked' or state == 's' then
    redis.call('HSET', KEYS[1], id, state .. '|' .. (deaths or 0) .. '|' .. token .. '|' .. ((state == 'd' or state == 'e') and string.sub(detail, 1, 60) or ARGV[8]))
    redis.call('EXPIRE', KEYS[1], keep, 'NX')
  end
end

local line = now .. ' ' .. step .. ' ' .. detail
local before = redis.call('HGET', KEYS[2], id)
local whole = before and (before .. '\n' .. line) or line
-- The beginning and the end of a long story say most.
if #whole > longest then whole = string.sub(before, 1, math.floor(longest / 4)) .. '\n' .. now .. ' w …\n' .. line end
redis.call('HSET', KEYS[2], id, whole)
redis.call('EXPIRE', KEYS[2], keep, 'NX')
return reply
