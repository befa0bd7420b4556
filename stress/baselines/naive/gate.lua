--[[
  Takes units for one attempt, or says why not.

  KEYS[1] sale       hash    saleId, tokens, limit, startsAt and endsAt (ms), n, settled
  KEYS[2] shoppers   hash    shopper id -> units promised
  KEYS[3] attempts   hash    attempt id -> quantity|n|ms

  ARGV[1] attempt id   ARGV[2] shopper id   ARGV[3] quantity

  Returns { 1, n, ms, position }  ADMITTED, or the same attempt again
       or { 2 }  IDEMPOTENCY_KEY_REUSED       { 3 }  SALE_NOT_FOUND       { 4 }  SALE_NOT_STARTED
       or { 5 }  SALE_ENDED                   { 6 }  LIMIT_REACHED        { 7 }  SOLD_OUT
       or { 8, units left }  NOT_ENOUGH_LEFT
  and in place 5 of an admitted one whether it was known before: 1 or 0
]]
local sale = redis.call('HMGET', KEYS[1], 'tokens', 'limit', 'startsAt', 'endsAt', 'n', 'settled')
if not sale[1] then return { 3 } end
local quantity, n, settled = tonumber(ARGV[3]), tonumber(sale[5]), tonumber(sale[6])

local known = redis.call('HGET', KEYS[3], ARGV[1])
if known then
  local q, sequence, at = string.match(known, '^(%d+)|(%d+)|(%d+)$')
  if tonumber(q) ~= quantity then return { 2 } end
  return { 1, tonumber(sequence), tonumber(at), math.max(1, tonumber(sequence) - settled), 1 }
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now < tonumber(sale[3]) then return { 4 } end
if now >= tonumber(sale[4]) then return { 5 } end
local has = tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0')
if has + quantity > tonumber(sale[2]) then return { 6 } end
local tokens = tonumber(sale[1])
if tokens <= 0 then return { 7 } end
if tokens < quantity then return { 8, tokens } end

n = n + 1
redis.call('HSET', KEYS[1], 'tokens', tokens - quantity, 'n', n)
redis.call('HSET', KEYS[2], ARGV[2], has + quantity)
redis.call('HSET', KEYS[3], ARGV[1], string.format('%d|%d|%.0f', quantity, n, now))
return { 1, n, now, math.max(1, n - settled), 0 }
