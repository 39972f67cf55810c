-- Takes letters out of the index that are about to leave the failed set, or have left it.
--
-- KEYS and ARGV 1 to 4 as in dead-letter-entries.lua; then the ids
-- Reply 0
local left = redis.call('ZCARD', KEYS[1])
for i = 5, #ARGV do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) then left = left - 1 end
  drop(ARGV[i])
end
if left < tonumber(ARGV[2]) then redis.call('DEL', KEYS[5]) end
return 0
