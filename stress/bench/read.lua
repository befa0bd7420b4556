--[[ One GET after the other for wrk; prints at the end the same line of JSON as attempt.lua (times in microseconds). ]]
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"durationUs":%d,"requests":%d,"refused":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,' ..
    '"p50":%d,"p95":%d,"p99":%d,"p999":%d,"max":%d}\n',
    summary.duration, summary.requests, errors.status, errors.connect, errors.read, errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency:percentile(99.9), latency.max))
end
