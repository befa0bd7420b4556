--[[
  Keeps a loaded value if nobody ended it since the loader marked the key.

  KEYS[1] the value  string

  ARGV[1] lease      ARGV[2] value      ARGV[3] how long to keep it, s

  Returns 1 kept | 0 ended or replaced meanwhile
]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
