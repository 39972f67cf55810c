-- Takes note that a delivery's rise to a status was told, and so were all rises below it.
--
-- KEYS  1 statuses (bucket of the delivery's hour and shard)
-- ARGV  1 delivery id, 2 status (as in status-lines.lua)
local lines = status_lines(redis.call('HGET', KEYS[1], ARGV[1]))
local rank = string.find(ranks, ARGV[2], 1, true)
local rises = untold(lines)
for _, line in ipairs(rises) do
  if line.rank <= rank then line.raised = '2' end
end
if #rises > 0 then redis.call('HSET', KEYS[1], ARGV[1], status_text(lines)) end
return 1
