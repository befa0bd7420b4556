--[[
  Admits a batch of attempts to one sale, first come, first served. Either nothing at all happens (GATE_CLOSED) or
  every attempt is answered, and a promise and its in-flight record are written in the same step.

  KEYS[1] gate       hash    epoch, runId, stockId, state, startsAt and endsAt (ms), limit, n, version, admitsFrom (ms)
  KEYS[2] tokens     string  units that may still be promised              (of the caller's epoch, like the next three)
  KEYS[3] shoppers   hash    shopper id -> units promised or bought
  KEYS[4] inflight   hash    attempt id -> shopper id|quantity|sequence|admittedAtMs|batchId|key
  KEYS[5] line       zset    attempt id by sequence
  KEYS[6] known      hash    attempt id -> decided record
  KEYS[7] latest     hash    shopper id -> latest attempt id
  KEYS[8] counters   hash    received, admitted, refused:<code>

  Ids of attempts and shoppers are short ids (22 characters), here and in the sale's other scripts.

  ARGV[1] run id of the server the caller is connected to
  ARGV[2] epoch the caller knows
  ARGV[3] batch id
  ARGV[4] most attempts in flight
  ARGV[5] tries per shopper and window      ARGV[6] that window, ms
  ARGV[7] prefix of the sale's other keys: tries:<window number> (hash, shopper id -> tries|ms of the first in that window)
          and second:<epoch second>
  ARGV[8] how long keys outlive the end, ms
  ARGV[9] how long an attempt may be in flight before no other is admitted, ms
  ARGV[10...] attempt id, shopper id, quantity|idempotency key or ''       one per attempt, without anything between the ids

  Returns { -1, epoch of the gate or 0 }  GATE_CLOSED: no gate, another run id, or another epoch; no effect
       or { epoch, now ms, tokens left, one answer per attempt ... }, an answer being one of these, { n } as the number n
    { 1, sequence, position }   ADMITTED
    { 2, record, position or -1 }  KNOWN: this attempt was seen before; position -1 when decided or of an older epoch
    { 3 }                       IDEMPOTENCY_KEY_REUSED: known with another quantity
    { 4, ms until start }       SALE_NOT_STARTED
    { 5 } SALE_PAUSED           { 6 } SALE_ENDED
    { 7, ms until a try is free }  RATE_LIMITED
    { 8 } LIMIT_REACHED         { 9 } SOLD_OUT
    { 10, units left }          NOT_ENOUGH_LEFT
    { 11 }                      OVERLOADED
    { 12, ms until it admits }  GATE_CLOSED: just rebuilt, what was accepted before is still being adopted
]]
local EPOCH_SPAN = 1000000000
local ID_LENGTH = 22
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'runId', 'state', 'startsAt', 'endsAt', 'limit', 'n',
  'admitsFrom')
if not gate[1] then return { -1, 0 } end
if gate[2] ~= ARGV[1] or gate[1] ~= ARGV[2] then return { -1, tonumber(gate[1]) } end

local tokens = tonumber(redis.call('GET', KEYS[2]) or nil)
if not tokens then return { -1, 0 } end               -- part of the gate is gone: as good as no gate

local epoch = tonumber(gate[1])
local state = gate[3]
local startsAt, endsAt, limit, n = tonumber(gate[4]), tonumber(gate[5]), tonumber(gate[6]), tonumber(gate[7])
local batchId, maxInflight = ARGV[3], tonumber(ARGV[4])
local triesLimit, triesWindow, prefix = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local nowText = string.format('%.0f', now)

-- Everything the decisions need, in one bulk read a key: a command costs more than the decision it feeds.
local ids, shopperIds = {}, {}
local count = #ARGV - 9
for i = 1, count do
  ids[i] = string.sub(ARGV[9 + i], 1, ID_LENGTH)
  shopperIds[i] = string.sub(ARGV[9 + i], ID_LENGTH + 1, 2 * ID_LENGTH)
end
local inflight = redis.call('HMGET', KEYS[4], unpack(ids))
local known = redis.call('HMGET', KEYS[6], unpack(ids))

local closed
local admitsFrom = tonumber(gate[8] or '0')
if now < admitsFrom then closed = { 12, admitsFrom - now }
elseif state == 'stopped' then closed = { 6 }
elseif state == 'paused' then closed = { 5 }
elseif now < startsAt then closed = { 4, startsAt - now }
elseif now >= endsAt then closed = { 6 } end

-- A shopper's tries count from the first one on; it was in this window of the clock or in the one before.
local windowAt = math.floor(now / triesWindow) * triesWindow
local function triesKey(windowsAgo)
  return prefix .. 'tries:' .. string.format('%.0f', windowAt / triesWindow - windowsAgo)
end
local has, tries, triedSince, inflightCount = {}, {}, {}, 0
if not closed then
  local units = redis.call('HMGET', KEYS[3], unpack(shopperIds))
  local recent = redis.call('HMGET', triesKey(0), unpack(shopperIds))
  local before = redis.call('HMGET', triesKey(1), unpack(shopperIds))
  for i = 1, count do
    local shopper, entry = shopperIds[i], recent[i] or before[i]
    has[shopper] = tonumber(units[i] or '0')
    tries[shopper], triedSince[shopper] = 0, nowText
    if entry then
      local times, since = string.match(entry, '^(%d+)|(%d+)$')
      if now < tonumber(since) + triesWindow then tries[shopper], triedSince[shopper] = tonumber(times), since end
    end
  end
  inflightCount = redis.call('HLEN', KEYS[4])
end
local inflightBefore = inflightCount

-- Whether the first in line waits for longer than it may: nothing is settled, or by far too slowly. Once a call, if at all.
local late
local function isLate()
  if late == nil then
    local first = inflightBefore > 0 and redis.call('ZRANGE', KEYS[5], 0, 0)[1]
    local record = first and redis.call('HGET', KEYS[4], first)
    local admittedAt = record and tonumber(string.match(record, '^[^|]*|%d+|%d+|(%d+)|'))
    late = admittedAt and now - admittedAt > tonumber(ARGV[9]) or false
  end
  return late
end

local CODES = { [3] = 'idempotency_key_reused', [4] = 'sale_not_started', [5] = 'sale_paused', [6] = 'sale_ended',
  [7] = 'rate_limited', [8] = 'limit_reached', [9] = 'sold_out', [10] = 'not_enough_left', [11] = 'overloaded' }
local LIMIT_REACHED, SOLD_OUT, OVERLOADED = { 8 }, { 9 }, { 11 }
local answers = { epoch, now, 0 }
local admittedNow = {}                                -- attempt id -> its answer, for a key sent twice in one batch
local records, lineEntries, latest, units, tried = {}, {}, {}, {}, {}
local refused, received, admitted, taken = {}, 0, 0, 0
local lineBase
local firstTry = '1|' .. nowText                      -- most of a crowd's; a text made for each is a tenth of the call

for i = 1, count do
  local id, shopper = ids[i], shopperIds[i]
  local quantity = tonumber(string.match(ARGV[9 + i], '^%d+', 2 * ID_LENGTH + 1))
  local twin = admittedNow[id]
  local answer
  if twin then
    answer = twin.quantity == quantity and { 2, twin.record, twin.position } or { 3 }
  elseif known[i] then                                -- first: a rebuild may have carried over what was then decided
    local q = string.match(known[i], '^%a|[^|]*|(%d+)|')
    answer = tonumber(q) == quantity and { 2, known[i], -1 } or { 3 }
  elseif inflight[i] then
    local q, sequence = string.match(inflight[i], '^[^|]*|(%d+)|(%d+)|')
    if tonumber(q) ~= quantity then
      answer = { 3 }
    elseif tonumber(sequence) < epoch * EPOCH_SPAN then
      answer = { 2, inflight[i], -1 }
    else
      -- Only this epoch's entries count: an attempt adopted later must not push anybody back in line.
      answer = { 2, inflight[i], 1 + redis.call('ZCOUNT', KEYS[5], epoch * EPOCH_SPAN, '(' .. sequence) }
    end
  elseif closed then
    answer = closed
  elseif tries[shopper] >= triesLimit then
    answer = { 7, tonumber(triedSince[shopper]) + triesWindow - now }
  else
    tries[shopper] = tries[shopper] + 1
    tried[#tried + 1] = shopper
    tried[#tried + 1] = tries[shopper] == 1 and firstTry or tries[shopper] .. '|' .. triedSince[shopper]
    if has[shopper] + quantity > limit then
      answer = LIMIT_REACHED
    elseif tokens <= 0 then
      answer = SOLD_OUT
    elseif tokens < quantity then
      answer = { 10, tokens }
    elseif inflightCount >= maxInflight then
      answer = OVERLOADED
    elseif isLate() then
      answer = OVERLOADED
    else
      n = n + 1
      tokens = tokens - quantity
      taken = taken + quantity
      inflightCount = inflightCount + 1
      admitted = admitted + 1
      has[shopper] = has[shopper] + quantity
      units[shopper] = has[shopper]
      lineBase = lineBase or redis.call('ZCOUNT', KEYS[5], epoch * EPOCH_SPAN, '+inf')
      local sequence = string.format('%.0f', epoch * EPOCH_SPAN + n)
      local record = shopper .. '|' .. quantity .. '|' .. sequence .. '|' .. nowText .. '|' .. batchId .. string.match(ARGV[9 + i], '|.*', 2 * ID_LENGTH + 1)
      records[#records + 1] = id
      records[#records + 1] = record
      lineEntries[#lineEntries + 1] = sequence
      lineEntries[#lineEntries + 1] = id
      latest[#latest + 1] = shopper
      latest[#latest + 1] = id
      answer = { 1, epoch * EPOCH_SPAN + n, lineBase + admitted }
      admittedNow[id] = { quantity = quantity, record = record, position = lineBase + admitted }
    end
  end
  local isDecision = answer[1] ~= 2 and answer[1] ~= 12
  if isDecision then received = received + 1 end
  if isDecision and answer[1] > 2 then refused[answer[1]] = (refused[answer[1]] or 0) + 1 end
  answers[i + 3] = answer[2] and answer or answer[1]
end
answers[3] = tokens

if #tried > 0 then
  local counted = triesKey(0)
  if redis.call('HSET', counted, unpack(tried)) == redis.call('HLEN', counted) then   -- the first of this window
    redis.call('PEXPIREAT', counted, string.format('%.0f', windowAt + 3 * triesWindow))
    redis.call('UNLINK', triesKey(2))                   -- over by now; a crowd's expiry would hold up everybody
  end
end
if admitted > 0 then
  redis.call('DECRBY', KEYS[2], taken)
  redis.call('HSET', KEYS[1], 'n', n)
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('HSET', KEYS[4], unpack(records))
  redis.call('ZADD', KEYS[5], unpack(lineEntries))
  redis.call('HSET', KEYS[7], unpack(latest))
  local pairsOfUnits = {}
  for shopper, held in pairs(units) do
    pairsOfUnits[#pairsOfUnits + 1] = shopper
    pairsOfUnits[#pairsOfUnits + 1] = held
  end
  redis.call('HSET', KEYS[3], unpack(pairsOfUnits))
  redis.call('HINCRBY', KEYS[8], 'admitted', admitted)
  if inflightBefore == 0 then                         -- these may be new keys: an emptied hash loses its expiry
    local expireAt = string.format('%.0f', endsAt + tonumber(ARGV[8]))
    for _, at in ipairs({ 3, 4, 5, 7, 8 }) do redis.call('PEXPIREAT', KEYS[at], expireAt) end
  end
end
if received > 0 then
  local refusals = 0
  local new = redis.call('HINCRBY', KEYS[8], 'received', received) == received
  for code, times in pairs(refused) do
    redis.call('HINCRBY', KEYS[8], 'refused:' .. CODES[code], times)
    refusals = refusals + times
  end
  if new then redis.call('PEXPIREAT', KEYS[8], string.format('%.0f', endsAt + tonumber(ARGV[8]))) end
  local second = prefix .. 'second:' .. time[1]
  if redis.call('HINCRBY', second, 'received', received) == received then redis.call('EXPIRE', second, 330) end
  if admitted > 0 then redis.call('HINCRBY', second, 'admitted', admitted) end
  if refusals > 0 then redis.call('HINCRBY', second, 'rejected', refusals) end
end
return answers
