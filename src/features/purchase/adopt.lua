--[[
  Writes attempts that were accepted in an earlier epoch, and that a rebuilt gate does not know, to this epoch's
  in-flight entries: with their old sequence, their units taken and counted to their shoppers. Tokens may go below zero.

  KEYS[1] gate       hash    epoch, runId, endsAt, version, revision
  KEYS[2] tokens     string
  KEYS[3] shoppers   hash    shopper id -> units promised or bought
  KEYS[4] inflight   hash    attempt id -> in-flight record
  KEYS[5] line       zset    attempt id by sequence
  KEYS[6] known      hash    attempt id -> decided record
  KEYS[7] latest     hash    shopper id -> latest attempt id

  ARGV[1] run id of the server the caller is connected to      ARGV[2] epoch the caller knows
  ARGV[3] how long keys outlive the end, ms
  ARGV[4...] attempt id, shopper id, quantity, sequence, in-flight record      five per attempt

  Returns { -1, epoch of the gate or 0 }  no effect
       or { one number per attempt ... }  1 adopted | 0 in flight or decided already
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'runId', 'endsAt')
if not gate[1] then return { -1, 0 } end
if gate[1] ~= ARGV[2] or gate[2] ~= ARGV[1] then return { -1, tonumber(gate[1]) } end

local answers, adopted = {}, 0
for i = 4, #ARGV, 5 do
  local id, shopper, quantity, sequence, record = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if redis.call('HEXISTS', KEYS[6], id) == 1 or redis.call('HSETNX', KEYS[4], id, record) == 0 then
    answers[#answers + 1] = 0
  else
    redis.call('ZADD', KEYS[5], sequence, id)
    redis.call('DECRBY', KEYS[2], quantity)
    redis.call('HINCRBY', KEYS[3], shopper, quantity)
    redis.call('HSETNX', KEYS[7], shopper, id)
    answers[#answers + 1] = 1
    adopted = adopted + 1
  end
end
if adopted > 0 then
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('HINCRBY', KEYS[1], 'revision', 1)       -- a drift measured before this is no longer true
  local expireAt = string.format('%.0f', tonumber(gate[3]) + tonumber(ARGV[3]))
  for _, at in ipairs({ 3, 4, 5, 7 }) do redis.call('PEXPIREAT', KEYS[at], expireAt) end
end
return answers
