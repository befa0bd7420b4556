--[[
  Announces the outcomes of one settled transaction, and releases the units of the rejected: the only release there is.

  An attempt's units go back only if this call removed its in-flight entry, in the epoch it names; so a second
  announcement, or one of an old epoch, gives nothing back. An outcome that is known already is never overwritten.

  KEYS[1] gate       hash    epoch, endsAt, version
  KEYS[2] tokens     string  units that may still be promised              (of the caller's epoch, like the next three)
  KEYS[3] shoppers   hash    shopper id -> units promised or bought
  KEYS[4] inflight   hash    attempt id -> in-flight record
  KEYS[5] line       zset    attempt id by sequence
  KEYS[6] known      hash    attempt id -> decided record
  KEYS[7] counters   hash    confirmed, rejected:<reason>

  ARGV[1] epoch the caller knows; 0 when it knows of no gate
  ARGV[2] when the sale's keys expire, epoch ms
  ARGV[3] channel      ARGV[4] sale id
  ARGV[5] prefix of the sale's other keys: second:<epoch second>
  ARGV[6...] attempt id, shopper id, quantity, reason or '' when confirmed, decided record      five per attempt

  Publishes the sale's id, then a line for each attempt: its id, `|`, its record as it is given here.

  Returns { -1, epoch of the gate }  the gate is of another epoch: no effect, call again with its keys
       or { attempts removed from in flight, units given back }
]]
local epoch = redis.call('HGET', KEYS[1], 'epoch') or false
if epoch and epoch ~= ARGV[1] then return { -1, tonumber(epoch) } end

local ids = {}
for i = 6, #ARGV, 5 do ids[#ids + 1] = ARGV[i] end
local inflight = epoch and redis.call('HMGET', KEYS[4], unpack(ids)) or {}
local known = redis.call('HMGET', KEYS[6], unpack(ids))

local removed, given, confirmed, refusals = {}, 0, 0, 0
local records, reasons, lines = {}, {}, { ARGV[4] }
for i = 1, #ids do
  local at = 6 + (i - 1) * 5
  local shopper, quantity, reason = ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  lines[#lines + 1] = ids[i] .. '|' .. ARGV[at + 4]
  if inflight[i] then
    removed[#removed + 1] = ids[i]
    if reason ~= '' then
      given = given + quantity
      if redis.call('HINCRBY', KEYS[3], shopper, -quantity) <= 0 then redis.call('HDEL', KEYS[3], shopper) end
    end
  end
  if not known[i] then
    records[#records + 1] = ids[i]
    records[#records + 1] = ARGV[at + 4]
    if reason == '' then
      confirmed = confirmed + 1
    else
      reasons[reason] = (reasons[reason] or 0) + 1
      refusals = refusals + 1
    end
  end
end

if #removed > 0 then
  redis.call('HDEL', KEYS[4], unpack(removed))
  redis.call('ZREM', KEYS[5], unpack(removed))
end
if given > 0 then redis.call('INCRBY', KEYS[2], given) end
if #records > 0 then
  redis.call('HSET', KEYS[6], unpack(records))
  redis.call('PEXPIREAT', KEYS[6], ARGV[2])
  local second = ARGV[5] .. 'second:' .. redis.call('TIME')[1]
  if confirmed > 0 then
    redis.call('HINCRBY', KEYS[7], 'confirmed', confirmed)
    redis.call('HINCRBY', second, 'confirmed', confirmed)
  end
  if refusals > 0 then redis.call('HINCRBY', second, 'rejected', refusals) end
  for reason, times in pairs(reasons) do redis.call('HINCRBY', KEYS[7], 'rejected:' .. reason, times) end
  redis.call('PEXPIREAT', KEYS[7], ARGV[2])
  redis.call('EXPIRE', second, 330)
end
if epoch and (#removed > 0 or given > 0) then redis.call('HINCRBY', KEYS[1], 'version', 1) end
redis.call('PUBLISH', ARGV[3], table.concat(lines, '\n'))
return { #removed, given }
