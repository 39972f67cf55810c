-- Removes a reader from a group, unless it holds entries: removing it would acknowledge them unrouted.
--
-- KEYS  1 log
-- ARGV  1 group, 2 reader
-- Reply 1 when it is gone, 0 when it stays
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if pending.err or #pending > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
