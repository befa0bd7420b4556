--[[
  Corrects a shopper's count by an increment, only if the gate is still the one that was measured.

  KEYS[1] gate       hash    epoch, revision (raised by each repair)
  KEYS[2] shoppers   hash    shopper id -> units promised or bought

  ARGV[1] epoch measured      ARGV[2] revision measured      ARGV[3] shopper id      ARGV[4] units to add, may be negative

  Returns 1 applied | 0 the gate has changed since: measure again
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
if gate[1] ~= ARGV[1] or gate[2] ~= ARGV[2] then return 0 end
if redis.call('HINCRBY', KEYS[2], ARGV[3], ARGV[4]) <= 0 then redis.call('HDEL', KEYS[2], ARGV[3]) end
redis.call('HINCRBY', KEYS[1], 'revision', 1)
return 1
