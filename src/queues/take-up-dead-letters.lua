-- Takes dead letters up into the index; what is no dead letter any more is taken out of it.
--
-- KEYS and ARGV 1 to 4 as in dead-letter-entries.lua; then for each letter: id, kind, the kind as JSON, hash of the recipient or '-'
-- Reply since when the alarm is raised that this process is to tell (ms), or 0; then the number of dead letters
for i = 5, #ARGV, 4 do
  local id, kind, recipient = ARGV[i], ARGV[i + 1], ARGV[i + 3]
  local at = redis.call('ZSCORE', KEYS[1], id)
  drop(id)
  if at then
    redis.call('HSET', KEYS[2], id, kind .. ' ' .. at .. ' ' .. recipient)
    redis.call('HSETNX', KEYS[3], kind, ARGV[i + 2])
    redis.call('ZADD', ARGV[1] .. kind, at, id)
    if recipient ~= '-' then redis.call('ZADD', KEYS[4], 0, recipient .. id) end
  end
end
local count = redis.call('ZCARD', KEYS[1])
return { alarm(count), count }
