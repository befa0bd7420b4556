--[[
  Reads, at one instant, all that a shopper's count is computed from.

  KEYS[1] gate       hash    epoch, runId, n, revision
  KEYS[2] shoppers   hash    shopper id -> units promised or bought        (of the caller's epoch, like the next)
  KEYS[3] inflight   hash    attempt id -> in-flight record

  ARGV[1] run id of the server the caller is connected to      ARGV[2] epoch the caller knows      ARGV[3] shopper id (short, as all ids here)

  Returns { -1 }  no gate of this epoch on this server
       or { revision, last sequence counter n, units counted, attempt id, record, ... }  the shopper's own in flight
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'runId', 'revision', 'n')
if gate[1] ~= ARGV[2] or gate[2] ~= ARGV[1] then return { -1 } end
local answer = { tonumber(gate[3]), tonumber(gate[4]), tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '0') }
local inflight = redis.call('HGETALL', KEYS[3])
local own = ARGV[3] .. '|'
for i = 1, #inflight, 2 do
  if string.sub(inflight[i + 1], 1, #own) == own then
    answer[#answer + 1] = inflight[i]
    answer[#answer + 1] = inflight[i + 1]
  end
end
return answer
