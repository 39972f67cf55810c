-- Compares a page of the failed set, oldest first, with the index.
--
-- KEYS  1 failed set, 2 letters
-- ARGV  1 first rank, 2 last rank
-- Reply how many letters the page has; the ids of those that the index lacks, or knows by another time
local page = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
local missing = {}
for i = 1, #page, 2 do
  local entry = redis.call('HGET', KEYS[2], page[i])
  if not entry or string.match(entry, '^%S+ (%S+) ') ~= page[i + 1] then missing[#missing + 1] = page[i] end
end
return { #page / 2, missing }
