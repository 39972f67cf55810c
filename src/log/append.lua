-- Appends events to the logs of one partition, each once.
--
-- KEYS  1 bell; then for each event: log, meta, ids of the event's hour, idempotency key (the ids key again where there is none), and the
--       index of each of its search hashes
-- ARGV  1 milliseconds that an idempotency key is remembered, 2 '1' where replicas are waited for; then for each event: topic, event id, fingerprint ('' where there is no
--       key), JSON, number of its search hashes; where there are any, milliseconds that they are kept, and each of them
-- Before it: ids.lua
-- Reply for each event: {'appended', entry id} | {'repeated', entry id, event id} | {'conflict', event id, fingerprint} | {'error', message}
local replies = {}
local rung = {}

-- Where the count was lost, it goes on behind the newest entry.
local function newest_number(log)
  local newest = redis.pcall('XREVRANGE', log, '+', '-', 'COUNT', 1)
  return newest[1] and tonumber(newest[1][2][2]) or 0
end

local k, a = 1, 2
while a < #ARGV do
  local log, meta, ids, idempotency = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  local topic, id, fingerprint, json, hashes = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], tonumber(ARGV[a + 5])
  local first_index, first_hash = k + 5, a + 7

  -- WAIT asks for what this connection wrote: an entry of another one is waited for by what is written after it.
  local function repeated(entry, known_id)
    if ARGV[2] == '1' then redis.call('HSET', meta, 'last', redis.call('HGET', meta, 'last') or entry) end
    return {'repeated', entry, known_id}
  end

  local function append()
    local entry = redis.call('HGET', ids, id)
    if entry then return repeated(entry, id) end
    if fingerprint ~= '' then
      local known = redis.call('GET', idempotency)
      if known then
        local known_id, known_fingerprint, known_entry = string.match(known, '^(%S+) (%S+) (%S+)$')
        if known_fingerprint == fingerprint then return repeated(known_entry, known_id) end
        return {'conflict', known_id, known_fingerprint}
      end
    end
    local known = redis.call('HMGET', meta, 'n', 'last')
    local number = (tonumber(known[1]) or newest_number(log)) + 1
    entry = redis.pcall('XADD', log, '*', 'n', number, 'event', json)
    if type(entry) == 'table' then
      -- Whoever is no master any more takes none of them, and its client must hear that as an error.
      if string.sub(entry.err, 1, 8) == 'READONLY' then error(entry) end
      return {'error', entry.err}
    end
    -- What is noted only grows: so it is seen when the log's ids went back.
    local last = known[2] and older(entry, known[2]) and known[2] or entry
    redis.call('HSET', meta, 'n', number, 'last', last)
    redis.call('HSET', ids, id, entry)
    redis.call('EXPIRE', ids, 93600, 'NX')
    if fingerprint ~= '' then redis.call('SET', idempotency, id .. ' ' .. fingerprint .. ' ' .. entry, 'PX', ARGV[1]) end
    for i = 0, hashes - 1 do
      redis.call('ZADD', KEYS[first_index + i], 0, ARGV[first_hash + i] .. entry)
      redis.call('PEXPIRE', KEYS[first_index + i], ARGV[first_hash - 1], 'NX')
    end
    rung[topic] = true
    return {'appended', entry}
  end
  replies[#replies + 1] = append()
  k = k + 4 + hashes
  a = a + 5 + (hashes > 0 and hashes + 1 or 0)
end
for topic in pairs(rung) do redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100, '*', 't', topic) end
return replies
