-- Stores a replay that begins, unless another one of one of its subscribers is not at its end.
--
-- KEYS  1 replay, 2 acts, 3 subscribers that are replayed, 4 ids of all replays
-- ARGV  1 id, 2 spec, 3 progress, 4 act, 5 created (ms), 6 ids older than this are forgotten (ms); then its subscribers
-- Reply '' or the id of the other replay
for i = 7, #ARGV do
  local other = redis.call('HGET', KEYS[3], ARGV[i])
  if other and other ~= ARGV[1] then return other end
end
for i = 7, #ARGV do redis.call('HSET', KEYS[3], ARGV[i], ARGV[1]) end
redis.call('HSET', KEYS[1], 'spec', ARGV[2], 'progress', ARGV[3], 'state', 'running')
redis.call('RPUSH', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', ARGV[6])
return ''
