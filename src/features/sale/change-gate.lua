--[[
  Puts an operator's change in force at the gate, at once for every process. A no-op without a gate: a rebuild reads
  the change from PostgreSQL. Of two changes the later one stays, in whatever order they arrive.

  KEYS[1] gate       hash    epoch, saleVersion

  ARGV[1] the sale's version in PostgreSQL with this change
  ARGV[2] prefix of the sale's other keys: e<epoch>:tokens      ARGV[3] when both expire, epoch ms
  ARGV[4...] field, value: state, startsAt, endsAt (ms), limit

  Returns 1 changed (or repeated) | 0 no gate | 2 the gate knows a later change: no effect
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'saleVersion')
if not gate[1] then return 0 end
if tonumber(gate[2] or '0') > tonumber(ARGV[1]) then return 2 end
redis.call('HSET', KEYS[1], 'saleVersion', ARGV[1], unpack(ARGV, 4))
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
redis.call('PEXPIREAT', ARGV[2] .. 'e' .. gate[1] .. ':tokens', ARGV[3])
return 1
