--[[
  Finds one attempt of a sale: by its id, or the latest of a shopper.

  KEYS[1] gate       hash    epoch, runId
  KEYS[2] known      hash    attempt id -> decided record
  KEYS[3] latest     hash    shopper id -> latest attempt id

  ARGV[1] prefix of the sale's other keys: e<epoch>:inflight, e<epoch>:line
  ARGV[2] run id of the server the caller is connected to
  ARGV[3] attempt id, or ''      ARGV[4] shopper id, read when there is no attempt id

  Returns { attempt id, record, position or -1 }  found; position -1 when decided or of an older epoch
       or { attempt id, record, -2 }  in flight when the gate was closed, or lost and restored: ask PostgreSQL, which may
                   have decided it since
       or { '' }   not here, and the sale's first gate is open: it knows every attempt
       or { '~' }  not here, and a rebuilt gate is open: it does not know what was settled after the rebuild read
                   PostgreSQL, and never announced because Redis had lost it
       or { '?' }  not here, but the gate is closed: ask PostgreSQL, which may not have it yet
]]
local EPOCH_SPAN = 1000000000
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'runId')
local isOpen = gate[1] and gate[2] == ARGV[2]
local id = ARGV[3]
if id == '' then id = redis.call('HGET', KEYS[3], ARGV[4]) or '' end
if id ~= '' then
  local decided = redis.call('HGET', KEYS[2], id)
  if decided then return { id, decided, -1 } end
  if gate[1] then
    local epoch = tonumber(gate[1])
    local record = redis.call('HGET', ARGV[1] .. 'e' .. gate[1] .. ':inflight', id)
    if record and not isOpen then return { id, record, -2 } end
    if record then
      local sequence = string.match(record, '^[^|]*|%d+|(%d+)|')
      if tonumber(sequence) < epoch * EPOCH_SPAN then return { id, record, -1 } end
      local line = ARGV[1] .. 'e' .. gate[1] .. ':line'
      return { id, record, 1 + redis.call('ZCOUNT', line, epoch * EPOCH_SPAN, '(' .. sequence) }
    end
  end
end
if not isOpen then return { '?' } end
return { gate[1] == '1' and '' or '~' }
