-- What report.lua, mark.lua and claim.lua share: the statuses of a delivery, and its time line.
--
-- Statuses are lines, in the order in which they came to be known:
--   <status><verdict><settled><raised>|<at (ms)>|<known (s after at)>|<provider>|<message id>|<reason>
--   status   a accepted  f failed  d delivered  b bounced  r read  o opted out, from the lowest rank to the highest
--   verdict  + it left  - it did not arrive and may be sent again  x it can never arrive  p its address is dead  . told before a later try
--   settled  what it made of a doubtful delivery: s sent  f free  d dead  p suppressed  - nothing
--   raised   1 when it was the highest so far and nobody has told that yet, 2 when that was told, else 0
local ranks = 'afdbro'
local names = { a = 'accepted', f = 'failed', d = 'delivered', b = 'bounced', r = 'read', o = 'opted out' }

local function status_lines(text)
  local lines = {}
  for line in string.gmatch(text or '', '[^\n]+') do
    local status, verdict, settled, raised, at, known, provider, message, reason =
      string.match(line, '^(%a)(.)(.)(%d)|(%d+)|(-?%d+)|([^|]*)|([^|]*)|(.*)$')
    lines[#lines + 1] = { status = status, rank = string.find(ranks, status, 1, true), verdict = verdict, settled = settled, raised = raised,
      at = at, known = known, provider = provider, message = message, reason = reason }
  end
  return lines
end

local function status_text(lines)
  local texts = {}
  for i, line in ipairs(lines) do
    texts[i] = line.status .. line.verdict .. line.settled .. line.raised .. '|' .. line.at .. '|' .. line.known .. '|' .. line.provider .. '|'
      .. line.message .. '|' .. line.reason
  end
  return table.concat(texts, '\n')
end

-- The lines whose rise nobody has told yet, the lowest rank first.
local function untold(lines)
  local rises = {}
  for _, line in ipairs(lines) do
    if line.raised == '1' then rises[#rises + 1] = line end
  end
  return rises
end

-- What the statuses say of the last try, and the line that says it. Of each message the highest status decides; one that left is enough.
local function told(lines)
  local highest, last = {}, nil
  for _, line in ipairs(lines) do
    local message = line.provider .. '|' .. line.message
    if not highest[message] or line.rank >= highest[message].rank then highest[message] = line end
  end
  for _, line in ipairs(lines) do
    if highest[line.provider .. '|' .. line.message] == line then
      if line.verdict == '+' then return '+', line end
      if line.verdict ~= '.' then last = line end
    end
  end
  if last then return last.verdict, last end
  return nil, nil
end

-- As a time line and a dead letter say it.
local function told_text(line)
  if line.verdict == '+' then return string.match(line.provider .. ' ' .. line.message, '^(.-)%s*$') .. ', by its status ' .. names[line.status] end
  return line.provider .. ' reported ' .. names[line.status] .. (line.reason == '' and '' or ': ' .. line.reason)
end

-- Adds a line to a time line, at most so many bytes: the beginning and the end of a long story say most.
local function note(key, id, now, line, keep, longest)
  local stamp = string.format('%.0f', now) .. ' '
  local before = redis.call('HGET', key, id)
  local whole = before and (before .. '\n' .. stamp .. line) or stamp .. line
  if #whole > longest then whole = string.sub(before, 1, math.floor(longest / 4)) .. '\n' .. stamp .. 'w …\n' .. stamp .. line end
  redis.call('HSET', key, id, whole)
  redis.call('EXPIRE', key, keep, 'NX')
end
