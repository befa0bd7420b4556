--[[
  Keeps a page of orders that was read under a lease, if nobody ended the lease since.

  KEYS[1] orders:<userId>   the page, or the lease of who reads it   string
  ARGV    lease, page, how long the page is kept (ms)

  Returns 1 kept | 0 the lease is gone: the page may be older than what ended it
]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
