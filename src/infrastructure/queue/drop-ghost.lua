--[[
  Drops what is left of a job that is gone: its id was handed out once more, as Redis does to a worker that is frozen, or a
  worker noted its end after Redis had come back with a store that never had it.

  KEYS[1] job      hash    without `data` when the job is gone: handing the id out left a field in it
  KEYS[2] active   list    ids of jobs that run
  KEYS[3] lock     string  of the job

  ARGV[1] job id

  Returns 1 dropped | 0 a job of this id was added meanwhile, no effect
]]
if redis.call('HEXISTS', KEYS[1], 'data') == 1 then return 0 end
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('DEL', KEYS[1], KEYS[3])
return 1
