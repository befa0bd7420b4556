--[[
  Takes one try at the password of an account from one address, before the password is looked at: of many at once each
  is counted. A try that was right is forgotten afterwards.

  KEYS[1] failures   hash     n, until (ms): tries of this account from this address, and when the next may come
  KEYS[2] account    string   tries of this account from all addresses it was never opened from
  KEYS[3] known      string   there when the account was opened from this address before

  ARGV[1] tries without a delay   ARGV[2] first delay, ms   ARGV[3] longest delay, ms
  ARGV[4] tries of an account from unknown addresses        ARGV[5] all of it is forgotten after this without a try, ms

  Returns 0 taken | ms to wait: no effect
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local failures = redis.call('HMGET', KEYS[1], 'n', 'until')
local waitMs = tonumber(failures[2] or '0') - now
if waitMs > 0 then return waitMs end
local known = redis.call('EXISTS', KEYS[3]) == 1
if not known and tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[4]) then
  return math.max(1, redis.call('PTTL', KEYS[2]))
end
local n = tonumber(failures[1] or '0') + 1
local over = n - tonumber(ARGV[1])
local delayMs = 0
if over > 0 then delayMs = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * 2 ^ (over - 1)) end
redis.call('HSET', KEYS[1], 'n', n, 'until', string.format('%.0f', now + delayMs))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
if not known and redis.call('INCR', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[5]) end
return 0
