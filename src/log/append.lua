-- Appends events to the logs of one partition, each once.
--
-- KEYS  1 bell; then for each event: log, meta, ids of the event's hour, idempotency key (the ids key again where there is none)
-- ARGV  1 milliseconds that an idempotency key is remembered; then for each event: topic, event id, fingerprint ('' where there is no key), JSON
-- Reply for each event: {'appended', entry id} | {'repeated', entry id, event id} | {'conflict', event id, fingerprint} | {'error', message}
local replies = {}
local rung = {}
for i = 1, (#KEYS - 1) / 4 do
  local k, a = (i - 1) * 4 + 1, (i - 1) * 4 + 1
  local log, meta, ids, idempotency = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  local topic, id, fingerprint, json = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]

  local function append()
    local entry = redis.call('HGET', ids, id)
    if entry then return {'repeated', entry, id} end
    if fingerprint ~= '' then
      local known = redis.call('GET', idempotency)
      if known then
        local known_id, known_fingerprint, known_entry = string.match(known, '^(%S+) (%S+) (%S+)$')
        if known_fingerprint == fingerprint then return {'repeated', known_entry, known_id} end
        return {'conflict', known_id, known_fingerprint}
      end
    end
    local number = (tonumber(redis.call('HGET', meta, 'n')) or 0) + 1
    entry = redis.pcall('XADD', log, '*', 'n', number, 'event', json)
    if type(entry) == 'table' then return {'error', entry.err} end
    redis.call('HSET', meta, 'n', number, 'last', entry)
    redis.call('HSET', ids, id, entry)
    redis.call('EXPIRE', ids, 93600, 'NX')
    if fingerprint ~= '' then redis.call('SET', idempotency, id .. ' ' .. fingerprint .. ' ' .. entry, 'PX', ARGV[1]) end
    rung[topic] = true
    return {'appended', entry}
  end
  replies[i] = append()
end
for topic in pairs(rung) do redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100, '*', 't', topic) end
return replies
