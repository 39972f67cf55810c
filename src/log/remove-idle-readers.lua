-- Removes the readers of a group that hold nothing and have been idle for long. In one step: between a look and a removal from
-- outside, a reader could take an entry, which the removal would then acknowledge unrouted.
--
-- KEYS  1 log
-- ARGV  1 group, 2 milliseconds idle
-- Reply how many were removed
local removed = 0
local readers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if readers.err then return 0 end
for _, info in ipairs(readers) do
  local reader = {}
  for i = 1, #info, 2 do reader[info[i]] = info[i + 1] end
  if reader.pending == 0 and reader.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], reader.name)
    removed = removed + 1
  end
end
return removed
