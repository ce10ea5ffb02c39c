/**
 * What every script of the limiter knows about windows, as Lua.
 *
 * Each window key is a sorted set: member = call, score = slot in ms by Redis's clock. A slot `t` may be taken when no
 * group of `max` neighbours would share a window with it: for every run of `max` slots that fits into one window, the
 * instants between (last - per) and (first + per) are closed. Slots are inserted wherever there is room, so a call that
 * has to wait long pushes nobody back.
 */
export const windowsScript = `
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function pausedUntil(key)
  return tonumber(redis.call('GET', key) or 0)
end

-- The earliest instant from t on that this window leaves open.
local function open(window, t)
  local i = redis.call('ZCOUNT', window.set, '-inf', t - window.per)
  while true do
    local first = redis.call('ZRANGE', window.set, i, i, 'WITHSCORES')[2]
    local last = redis.call('ZRANGE', window.set, i + window.max - 1, i + window.max - 1, 'WITHSCORES')[2]
    if not last or t <= last - window.per then return t end
    if last - first < window.per then
      t = first + window.per
      i = redis.call('ZCOUNT', window.set, '-inf', first)
    else
      i = i + 1
    end
  end
end

-- The earliest instant from t on that all of them leave open: walks over the closed stretches until none closes it.
local function earliest(windows, t)
  local settled = false
  while not settled do
    local before = t
    for _, window in ipairs(windows) do t = open(window, t) end
    settled = t == before
  end
  return t
end

local function forgetPast(set, now, longest)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now - longest)
end

local function keep(set, slot, member, longest)
  redis.call('ZADD', set, slot, member)
  local newest = tonumber(redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')[2])
  redis.call('PEXPIREAT', set, newest + longest + 1000)
end
`
