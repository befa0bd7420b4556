--[[
  Takes the making of one account from a block of addresses.

  KEYS[1] made   hash   n, until (ms): accounts made from this block, and when the next may be

  ARGV[1] accounts without a wait                          ARGV[2] what each further account makes the next wait longer, ms
  ARGV[3] longest wait, ms                                 ARGV[4] all of it is forgotten after this without an account, ms

  Returns 0 taken | ms to wait: no effect
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local made = redis.call('HMGET', KEYS[1], 'n', 'until')
local waitMs = tonumber(made[2] or '0') - now
if waitMs > 0 then return waitMs end
local n = tonumber(made[1] or '0') + 1
local over = math.max(0, n - tonumber(ARGV[1]) + 1)
local nextMs = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * over)
redis.call('HSET', KEYS[1], 'n', n, 'until', string.format('%.0f', now + nextMs))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 0
