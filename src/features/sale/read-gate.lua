--[[
  Reads what the sale's status is made of: the gate and the tokens of the epoch it is in.

  KEYS[1] gate       hash

  ARGV[1] prefix of the sale's other keys: e<epoch>:tokens

  Returns false when there is no gate, else { epoch, version, tokens, run id, state, startsAt, endsAt, limit, total }
]]
local gate = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'runId', 'state', 'startsAt', 'endsAt', 'limit', 'total')
if not gate[1] then return false end
local tokens = redis.call('GET', ARGV[1] .. 'e' .. gate[1] .. ':tokens') or ''
return { gate[1], gate[2], tokens, gate[3], gate[4], gate[5], gate[6], gate[7], gate[8] }
