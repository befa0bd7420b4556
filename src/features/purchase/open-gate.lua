--[[
  Opens a rebuilt gate by compare-and-set: only if it is still closed for this rebuild, and only on the Redis server
  the rebuild wrote its keys to.

  KEYS[1] gate       hash
  KEYS[2] tokens     string  the new epoch's, written by the rebuild
  KEYS[3] counters   hash    raised to what PostgreSQL knows

  ARGV[1] epoch      ARGV[2] run id the rebuild was connected to      ARGV[3] when the keys expire, epoch ms
  ARGV[4] the sale's version the rebuild read
  ARGV[5] how long the gate only knows attempts and admits none, ms
  ARGV[6] number of counters      ARGV[7...] counter, least value; then the gate's other fields: field, value

  Returns 1 opened | 0 not ours any more, another server, or an operator changed the sale since: start again
]]
local gate = redis.call('HMGET', KEYS[1], 'closedFor', 'saleVersion')
if gate[1] ~= ARGV[1] or tonumber(gate[2] or '0') > tonumber(ARGV[4]) then return 0 end
local runId = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if runId ~= ARGV[2] or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end

redis.call('DEL', KEYS[1])
local fieldsFrom = 7 + 2 * tonumber(ARGV[6])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'runId', ARGV[2], 'n', 0, 'version', 1, 'revision', 0,
  'saleVersion', ARGV[4], unpack(ARGV, fieldsFrom))
if tonumber(ARGV[5]) > 0 then
  local time = redis.call('TIME')
  local admitsFrom = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[5])
  redis.call('HSET', KEYS[1], 'admitsFrom', string.format('%.0f', admitsFrom))
end
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
for i = 7, fieldsFrom - 1, 2 do
  local counted = tonumber(redis.call('HGET', KEYS[3], ARGV[i]) or '0')
  redis.call('HSET', KEYS[3], ARGV[i], math.max(counted, tonumber(ARGV[i + 1])))
end
redis.call('PEXPIREAT', KEYS[3], ARGV[3])
return 1
