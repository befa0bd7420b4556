--[[
  Ends the hold of an operator's change: its units are gone in PostgreSQL, or go back on sale.

  KEYS[1] gate       hash    epoch, version, revision
  KEYS[2] tokens     string                              (of the caller's epoch, like the next)
  KEYS[3] changes    hash    change id -> units|what the change was asked with

  ARGV[1] epoch the caller knows      ARGV[2] change id      ARGV[3] '1' to give the units back

  Returns 1 ended | 0 there is no such hold in this epoch
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
local held = redis.call('HGET', KEYS[3], ARGV[2])
if not held then return 0 end
redis.call('HDEL', KEYS[3], ARGV[2])
if ARGV[3] == '1' then
  redis.call('INCRBY', KEYS[2], string.match(held, '^(%d+)|'))
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('HINCRBY', KEYS[1], 'revision', 1)
end
return 1
