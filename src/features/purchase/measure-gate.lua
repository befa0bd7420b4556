--[[
  Reads, at one instant, all that the drift is computed from.

  KEYS[1] gate       hash    epoch, runId, n, revision, total
  KEYS[2] tokens     string                              (of the caller's epoch, like the next two)
  KEYS[3] inflight   hash    attempt id -> in-flight record
  KEYS[4] changes    hash    change id -> units|what the change was asked with

  ARGV[1] run id of the server the caller is connected to      ARGV[2] epoch the caller knows

  Returns { -1, epoch of the gate or 0 }
       or { revision, last sequence counter n, tokens, total, { change id, record, ... }, attempt id, record, ... }
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'runId', 'revision', 'n', 'total')
if not gate[1] then return { -1, 0 } end
local tokens = redis.call('GET', KEYS[2])
if gate[1] ~= ARGV[2] or gate[2] ~= ARGV[1] or not tokens then return { -1, tonumber(gate[1]) } end
local measured = redis.call('HGETALL', KEYS[3])
table.insert(measured, 1, tonumber(gate[3]))
table.insert(measured, 2, tonumber(gate[4]))
table.insert(measured, 3, tonumber(tokens))
table.insert(measured, 4, tonumber(gate[5]))
table.insert(measured, 5, redis.call('HGETALL', KEYS[4]))
return measured
