-- Records what became of a claimed delivery, in the ledger and its time line.
--
-- KEYS  1 ledger, 2 timeline, 3 statuses, 4 receipts, 5 sent (buckets of the delivery's hour and shard)
-- ARGV  1 delivery id, 2 token ('' notes a step in the time line only), 3 state, 4 step, 5 detail, 6 seconds to keep, 7 longest time line (bytes),
--       8 until when it is held (ms; '' for other states), 9 the receipt ('' for none), 10 what was sent ('' for none)
-- Reply 'marked', 'late' when the claim was not the caller's any more, or, where a status that came before settles it otherwise,
--       'sent' | 'free' | 'dead' | 'suppressed'
local id, token, state, step, detail, keep, longest = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local replies = { s = 'sent', f = 'free', d = 'dead', p = 'suppressed' }
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply, settled = 'marked', nil

-- What was discarded at the same moment does not wait again.
if token == '' and step == 'q' and string.sub(redis.call('HGET', KEYS[1], id) or '', 1, 1) == 'n' then return 'late' end

if token ~= '' then
  local record = redis.call('HGET', KEYS[1], id) or ''
  local held, deaths, holder = string.match(record, '^(%a)|(%d+)|([^|]*)|')
  -- This very call was sent again after a lost reply; a status may have settled it since.
  if held ~= 'c' and holder == token then return held == state and reply or replies[held] or reply end
  if held ~= 'c' or holder ~= token then reply, step = 'late', state == 's' and 'l' or 'o' end
  -- A late success is still true, and keeps others from sending; whatever else is late is not ours to say.
  if reply == 'marked' or state == 's' then
    local rest = (state == 'd' or state == 'e') and string.sub(detail, 1, 60) or ARGV[8]
    if state ~= 's' then
      local says, line = told(status_lines(redis.call('HGET', KEYS[3], id)))
      if says == '+' then settled = 's' elseif state == 'h' and says then settled = says == '-' and 'f' or says == 'p' and 'p' or 'd' end
      if settled then
        state, reply, rest = settled, replies[settled], settled == 'd' and string.sub(told_text(line), 1, 60) or ''
        settled = (says == '+' and 'c' or says == '-' and 'b' or settled) .. ' ' .. told_text(line)
      end
    end
    redis.call('HSET', KEYS[1], id, state .. '|' .. (deaths or 0) .. '|' .. token .. '|' .. rest)
    redis.call('EXPIRE', KEYS[1], keep, 'NX')
  end
  if state == 's' and ARGV[9] ~= '' then
    redis.call('HSET', KEYS[4], id, ARGV[9])
    redis.call('EXPIRE', KEYS[4], keep, 'NX')
  end
  if state == 's' and ARGV[10] ~= '' then
    redis.call('HSET', KEYS[5], id, ARGV[10])
    redis.call('EXPIRE', KEYS[5], keep, 'NX')
  end
end

note(KEYS[2], id, now, step .. ' ' .. detail, keep, longest)
if settled then note(KEYS[2], id, now, settled, keep, longest) end
return reply
