/**
 * Reserves one slot over several windows at once, by Redis's clock.
 *
 * Each window key is a sorted set: member = request, score = slot in ms. A slot `t` may be taken when no group of
 * `max` neighbours would share a window with it: for every run of `max` slots that fits into one window, the instants
 * between (last - per) and (first + per) are closed. The script walks from the earliest instant over the closed
 * stretches of all windows until none of them closes it. Slots are inserted wherever there is room, so a request that
 * has to wait long pushes nobody back.
 *
 * KEYS: the epoch key, then the window keys, then the pause keys (each once).
 * ARGV: id, tolerance, number of window keys, then per window: index of its key, max, perMs.
 * Answers the milliseconds until the slot; zero or less means now.
 */
export const reserveScript = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local id, tolerance, setCount = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local windows, longest = {}, {}
for i = 4, #ARGV, 3 do
  local set, max, per = KEYS[1 + tonumber(ARGV[i])], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  windows[#windows + 1] = { set = set, max = max, per = per }
  longest[set] = math.max(longest[set] or 0, per)
end

-- A memory without an epoch was wiped: what left before is unknown, so each window is waited out once.
redis.call('SET', KEYS[1], now, 'NX')
local epoch = tonumber(redis.call('GET', KEYS[1]))
local opens = 0
for _, per in pairs(longest) do opens = math.max(opens, math.min(epoch, now) + per) end
for i = 2 + setCount, #KEYS do opens = math.max(opens, tonumber(redis.call('GET', KEYS[i]) or 0)) end

local held = nil
for i = 2, 1 + setCount do
  local score = tonumber(redis.call('ZSCORE', KEYS[i], id) or -1)
  held = held and math.min(held, score) or score
end
if held and held >= opens and held >= now - tolerance then return held - now end

for i = 2, 1 + setCount do
  redis.call('ZREM', KEYS[i], id)
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - longest[KEYS[i]])
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

local slot = math.max(now, opens)
local settled = false
while not settled do
  local before = slot
  for _, window in ipairs(windows) do slot = open(window, slot) end
  settled = slot == before
end

for i = 2, 1 + setCount do
  redis.call('ZADD', KEYS[i], slot, id)
  local newest = tonumber(redis.call('ZRANGE', KEYS[i], -1, -1, 'WITHSCORES')[2])
  redis.call('PEXPIREAT', KEYS[i], newest + longest[KEYS[i]] + 1000)
end
return slot - now
`

/** KEYS: the pause key. ARGV: ms to wait from now. Only ever moves the end of a pause forward. */
export const pauseScript = `
local clock = redis.call('TIME')
local till = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ARGV[1])
if till > tonumber(redis.call('GET', KEYS[1]) or 0) then redis.call('SET', KEYS[1], till, 'PXAT', till) end
return till
`
