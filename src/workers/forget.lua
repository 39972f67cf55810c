-- Takes away what the records of a delivery say in words; what happened when, and how it ended, stays.
--
-- KEYS  1 ledger, 2 timeline, 3 statuses, 4 receipts, 5 sent (buckets of the delivery's hour and shard)
-- ARGV  1 delivery id
-- Reply 1 there was something, 0 there was nothing
local id = ARGV[1]
local gone = redis.call('HDEL', KEYS[3], id) + redis.call('HDEL', KEYS[4], id) + redis.call('HDEL', KEYS[5], id)
local record = redis.call('HGET', KEYS[1], id)
local kept, state = string.match(record or '', '^((%a)|%d+|[^|]*|).*$')
if state == 'd' or state == 'e' then redis.call('HSET', KEYS[1], id, kept .. 'erased') end
local lines = redis.call('HGET', KEYS[2], id)
if not lines then return gone > 0 and 1 or 0 end
local left = string.gsub(lines, '([^\n]+)', function(line) return (string.match(line, '^%d+ %w') or '') .. ' erased' end)
redis.call('HSET', KEYS[2], id, left)
return 1
