--[[
  The crowd for wrk: one attempt after the other, each with an access token and an idempotency key of its own. When
  the tokens are used up they come again, with new keys.

  Arguments after `--`
    1  file of access tokens, one a line
    2  body of every request
    3  prefix of the idempotency keys, at most 100 characters
    4  requests in all; 0: until the time is up
    5  connections in all
    6  threads

  Prints `answered` once per thread when its share is sent and answered, and at the end one line of JSON (times in
  microseconds). A thread whose share is used up writes empty requests, which wrk takes for sent: nothing is cut.
]]
local threads = 0

function setup(thread)
  thread:set('id', threads)
  threads = threads + 1
end

local tokens, head, middle, tail = {}, nil, nil, nil
local at, step, sent, share, calls, lastCall
local isTrial = false

function init(args)
  for token in io.lines(args[1]) do tokens[#tokens + 1] = token end
  local body, prefix, amount, connections = args[2], args[3], tonumber(args[4]), tonumber(args[5])
  step = tonumber(args[6])
  at, sent, calls = id, 0, 0
  share = amount == 0 and math.huge or math.floor((amount - id + step - 1) / step)
  lastCall = share + math.floor(connections / step)
  isTrial = id == 0                      -- wrk asks the first thread for one request that it does not send
  head = 'POST ' .. wrk.path .. ' HTTP/1.1\r\nHost: ' .. wrk.host .. ':' .. (wrk.port or 80) .. '\r\nAuthorization: Bearer '
  middle = '\r\nIdempotency-Key: ' .. prefix
  tail = '\r\nContent-Type: application/json\r\nContent-Length: ' .. #body .. '\r\n\r\n' .. body
end

function request()
  if isTrial then
    isTrial = false
    return head .. tokens[1] .. middle .. '0' .. tail
  end
  calls = calls + 1
  if sent >= share then
    if calls == lastCall then
      io.write('answered\n')
      io.flush()
    end
    return ''
  end
  sent = sent + 1
  local n = at
  at = at + step
  return head .. tokens[n % #tokens + 1] .. middle .. n .. tail
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"durationUs":%d,"requests":%d,"refused":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,' ..
    '"p50":%d,"p95":%d,"p99":%d,"p999":%d,"max":%d}\n',
    summary.duration, summary.requests, errors.status, errors.connect, errors.read, errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency:percentile(99.9), latency.max))
end
