--[[
  Closes a sale's gate for the rebuild that owns `epoch`, so that nothing more is promised in the old epoch and what is
  in flight there can be carried over.

  KEYS[1] gate       hash    epoch, runId, closedFor

  ARGV[1] epoch of the rebuild

  Returns { 0 }             a newer rebuild owns or opened the gate: give up
       or { 1, old epoch }  closed; old epoch 0 when there was no gate
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'closedFor')
local mine, old, closedFor = tonumber(ARGV[1]), tonumber(gate[1] or '0'), tonumber(gate[2] or '0')
if old >= mine or closedFor > mine then return { 0 } end
redis.call('HSET', KEYS[1], 'runId', '', 'closedFor', ARGV[1])
if old == 0 then redis.call('PEXPIRE', KEYS[1], 600000) end -- one that dies leaves no key for good
return { 1, old }
