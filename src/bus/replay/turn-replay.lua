-- Changes the state of a replay, where it is in one of those that allow it.
--
-- KEYS  1 replay, 2 acts, 3 subscribers that are replayed
-- ARGV  1 id, 2 state to be, 3 act, 4 seconds that an ended one is kept; then the states that it may be in
-- Reply the state that it was in, '' where there is no such replay
local was = redis.call('HGET', KEYS[1], 'state')
if not was then return '' end
for i = 5, #ARGV do
  if ARGV[i] == was then
    redis.call('HSET', KEYS[1], 'state', ARGV[2])
    redis.call('HDEL', KEYS[1], 'trouble')
    redis.call('RPUSH', KEYS[2], ARGV[3])
    if ARGV[2] == 'finished' or ARGV[2] == 'cancelled' then
      local all = redis.call('HGETALL', KEYS[3])
      for j = 1, #all, 2 do
        if all[j + 1] == ARGV[1] then redis.call('HDEL', KEYS[3], all[j]) end
      end
      redis.call('EXPIRE', KEYS[1], ARGV[4])
      redis.call('EXPIRE', KEYS[2], ARGV[4])
    end
    break
  end
end
return was
