-- Lengthens a claim while its send runs.
--
-- KEYS  1 ledger
-- ARGV  1 delivery id, 2 token, 3 lease (ms)
-- Reply 1 while the claim is the caller's, else 0
local record = redis.call('HGET', KEYS[1], ARGV[1])
local deaths, token = string.match(record or '', '^c|(%d+)|([^|]*)|')
if token ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], 'c|' .. deaths .. '|' .. token .. '|' .. string.format('%.0f', now + ARGV[3]))
return 1
