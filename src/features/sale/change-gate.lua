--[[
  Puts an operator's change in force at the gate, at once for every process. A no-op without a gate: a rebuild reads
  the change from PostgreSQL.

  KEYS[1] gate       hash

  ARGV[1...] field, value: state, startsAt, endsAt (ms), limit

  Returns 1 changed | 0 no gate
]]
if redis.call('HEXISTS', KEYS[1], 'epoch') == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
redis.call('HINCRBY', KEYS[1], 'version', 1)
return 1
