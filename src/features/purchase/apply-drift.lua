--[[
  Applies a measured drift as an increment, only if the gate is still the one that was measured.

  KEYS[1] gate       hash    epoch, version, revision (raised by each repair)
  KEYS[2] tokens     string

  ARGV[1] epoch measured      ARGV[2] revision measured      ARGV[3] units to add, may be negative
  ARGV[4] total units of the sale now

  Returns 1 applied | 0 the gate has changed since: measure again
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
if gate[1] ~= ARGV[1] or gate[2] ~= ARGV[2] then return 0 end
redis.call('INCRBY', KEYS[2], ARGV[3])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('HSET', KEYS[1], 'total', ARGV[4])
return 1
