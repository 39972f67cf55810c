-- Adds an entry to the addresses of a channel that must not be sent to.
--
-- KEYS  1 suppressions, 2 newest, 3 until (all of the channel), 4 number (of the newest entry of all channels)
-- ARGV  1 address, 2 category, or * for all messages, 3 now (ms), 4 the entry (JSON), 5 when it ends (ms; '' never)
-- Reply the entry that holds from now on (JSON): this one, or one that was there and holds at least as long
local address, category, now, ends = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[5]
local member = category .. '\n' .. address
local kept = redis.call('HGET', KEYS[1], address)
local entries = kept and cjson.decode(kept) or {}
local before = entries[category]

if before then
  local until_then = before['until']
  local holds = not until_then or until_then > now
  if holds and (not until_then or (ends ~= '' and until_then >= tonumber(ends))) then return cjson.encode(before) end
end

entries[category] = cjson.decode(ARGV[4])
redis.call('HSET', KEYS[1], address, cjson.encode(entries))
redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[4]), member)
if ends == '' then redis.call('ZREM', KEYS[3], member) else redis.call('ZADD', KEYS[3], ends, member) end
return ARGV[4]
