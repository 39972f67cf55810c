-- Takes entries away from the addresses of a channel that must not be sent to.
--
-- KEYS  1 suppressions, 2 newest, 3 until (all of the channel)
-- ARGV  1 only those that end by then (ms; '' whenever they end), then each entry as `<category>\n<address>`
-- Reply those that were taken away, each as the entry it was (JSON), '' for the others
local by_then = tonumber(ARGV[1])
local taken = {}

for i = 2, #ARGV do
  local category, address = string.match(ARGV[i], '^([^\n]*)\n(.*)$')
  local kept = redis.call('HGET', KEYS[1], address)
  local entries = kept and cjson.decode(kept) or {}
  local entry = entries[category]
  taken[i - 1] = ''
  if entry and (not by_then or (entry['until'] and entry['until'] <= by_then)) then
    taken[i - 1] = cjson.encode(entry)
    entries[category] = nil
    if next(entries) then redis.call('HSET', KEYS[1], address, cjson.encode(entries)) else redis.call('HDEL', KEYS[1], address) end
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('ZREM', KEYS[3], ARGV[i])
  end
end
return taken
