-- Records what a reader wants, and follows it: adds an entry to the addresses that must not be sent to, or takes entries away.
--
-- KEYS  1 consents, 2 suppressions, 3 newest, 4 until (all of the channel), 5 number (of the newest suppression of all channels),
--       6 the notice's own key
-- ARGV  1 address, 2 category, or * for all messages, 3 `out` or `in`, 4 when it was said (ms), 5 the consent (JSON), 6 the suppression
--       (JSON), 7 how long the notice's key is kept (ms), 8 how many consents of an address are kept, 9 '1' where `in` for all messages takes
--       away what providers said of the address; see consents.ts
-- Reply applied, repeated or outdated
local address, scope, wish, at = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if not redis.call('SET', KEYS[6], wish, 'NX', 'PX', ARGV[7]) then return 'repeated' end

local kept = redis.call('HGET', KEYS[1], address)
local consents = kept and cjson.decode(kept) or {}
local place, outdated = 1, false
for i, other in ipairs(consents) do
  local theirs = other['category'] or '*'
  if other['at'] > at then
    place = i + 1
    outdated = outdated or theirs == scope or theirs == '*'
  end
end
table.insert(consents, place, cjson.decode(ARGV[5]))
while #consents > tonumber(ARGV[8]) do table.remove(consents) end
redis.call('HSET', KEYS[1], address, cjson.encode(consents))
if outdated then return 'outdated' end

local held = redis.call('HGET', KEYS[2], address)
local entries = held and cjson.decode(held) or {}

local function take(category)
  entries[category] = nil
  redis.call('ZREM', KEYS[3], category .. '\n' .. address)
  redis.call('ZREM', KEYS[4], category .. '\n' .. address)
end

if wish == 'out' then
  local before = entries[scope]
  -- What is there and never ends stays as it is.
  if not before or before['until'] then
    entries[scope] = cjson.decode(ARGV[6])
    redis.call('ZADD', KEYS[3], redis.call('INCR', KEYS[5]), scope .. '\n' .. address)
    redis.call('ZREM', KEYS[4], scope .. '\n' .. address)
  end
elseif scope ~= '*' then
  take(scope)
else
  local scopes = {}
  for category in pairs(entries) do scopes[#scopes + 1] = category end
  for _, category in ipairs(scopes) do
    local source = entries[category]['source']
    if category ~= '*' or source == 'reader' or (ARGV[9] == '1' and source ~= 'manual') then take(category) end
  end
end
if next(entries) then redis.call('HSET', KEYS[2], address, cjson.encode(entries)) else redis.call('HDEL', KEYS[2], address) end
return 'applied'
