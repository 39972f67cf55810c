-- What the scripts of the index of dead letters share.
--
-- KEYS  1 failed set, 2 letters, 3 kinds, 4 recipients, 5 alarm
-- ARGV  1 how the keys of kinds begin, 2 threshold (0: none), 3 now (ms), 4 whether this process tells of the alarm (0 or 1)

-- Takes a letter out of the index.
local function drop(id)
  local entry = redis.call('HGET', KEYS[2], id)
  if not entry then return end
  local kind, _, recipient = string.match(entry, '^(%S+) (%S+) (%S+)$')
  redis.call('ZREM', ARGV[1] .. kind, id)
  if redis.call('EXISTS', ARGV[1] .. kind) == 0 then redis.call('HDEL', KEYS[3], kind) end
  if recipient ~= '-' then redis.call('ZREM', KEYS[4], recipient .. id) end
  redis.call('HDEL', KEYS[2], id)
end

-- Raises the alarm at the threshold and takes it back below. Says since when it is raised where this process is to tell it, else 0.
-- Who sets out to tell it has 30 s for that; then it is another one's turn.
local function alarm(count)
  local threshold, now = tonumber(ARGV[2]), tonumber(ARGV[3])
  if threshold == 0 or count < threshold then
    redis.call('DEL', KEYS[5])
    return 0
  end
  redis.call('HSETNX', KEYS[5], 'since', ARGV[3])
  if ARGV[4] ~= '1' or redis.call('HEXISTS', KEYS[5], 'told') == 1 then return 0 end
  local asked = redis.call('HGET', KEYS[5], 'asked')
  if asked and tonumber(asked) > now - 30000 then return 0 end
  redis.call('HSET', KEYS[5], 'asked', ARGV[3])
  return tonumber(redis.call('HGET', KEYS[5], 'since'))
end
