--[[
  Holds units that an operator takes off a sale: no longer for sale at the gate, and not yet gone in PostgreSQL. Asked again
  with the same id, it holds nothing more.

  KEYS[1] gate       hash    epoch, runId, endsAt, version, revision
  KEYS[2] tokens     string  units that may still be promised              (of the caller's epoch, like the next)
  KEYS[3] changes    hash    change id -> units|what the change was asked with

  ARGV[1] run id of the server the caller is connected to      ARGV[2] epoch the caller knows
  ARGV[3] change id      ARGV[4] units      ARGV[5] what the change was asked with, JSON
  ARGV[6] how long keys outlive the end, ms

  Returns { -1, epoch of the gate or 0 }  no effect
       or { 0, units that could be held }  not so many are left: no effect
       or { 1 }                            held, now or before
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'runId', 'endsAt')
local tokens = redis.call('GET', KEYS[2])
if not gate[1] or not tokens then return { -1, 0 } end
if gate[1] ~= ARGV[2] or gate[2] ~= ARGV[1] then return { -1, tonumber(gate[1]) } end
if redis.call('HEXISTS', KEYS[3], ARGV[3]) == 1 then return { 1 } end
local left = math.max(0, tonumber(tokens))
if left < tonumber(ARGV[4]) then return { 0, left } end
redis.call('DECRBY', KEYS[2], ARGV[4])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4] .. '|' .. ARGV[5])
redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', tonumber(gate[3]) + tonumber(ARGV[6])))
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('HINCRBY', KEYS[1], 'revision', 1)         -- a drift measured before this is no longer true
return { 1 }
