import { windowsScript } from './windows-script.ts'

/** What a script answers when its memory has no epoch: it was wiped, and what left before is unknown. */
export const WIPED = 'wiped'

/**
 * Reserves one slot over several windows at once, by Redis's clock.
 *
 * KEYS: the epoch key, then the window keys, then the pause keys (each once).
 * ARGV: id, tolerance, number of window keys, then per window: index of its key, max, perMs.
 * Answers the milliseconds until the slot; zero or less means now.
 */
export const reserveScript = `${windowsScript}
local now = clock()
local id, tolerance, setCount = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local windows, longest = {}, {}
for i = 4, #ARGV, 3 do
  local set, max, per = KEYS[1 + tonumber(ARGV[i])], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  windows[#windows + 1] = { set = set, max = max, per = per }
  longest[set] = math.max(longest[set] or 0, per)
end

local epoch = tonumber(redis.call('GET', KEYS[1]))
if not epoch then return '${WIPED}' end
-- Of what left before the epoch nothing is known, so each window is waited out once.
local opens = 0
for _, per in pairs(longest) do opens = math.max(opens, math.min(epoch, now) + per) end
for i = 2 + setCount, #KEYS do opens = math.max(opens, pausedUntil(KEYS[i])) end

local held = nil
for i = 2, 1 + setCount do
  local score = tonumber(redis.call('ZSCORE', KEYS[i], id) or -1)
  held = held and math.min(held, score) or score
end
if held and held >= opens and held >= now - tolerance then return held - now end

for i = 2, 1 + setCount do
  redis.call('ZREM', KEYS[i], id)
  forgetPast(KEYS[i], now, longest[KEYS[i]])
end
local slot = earliest(windows, math.max(now, opens))
for i = 2, 1 + setCount do keep(KEYS[i], slot, id, longest[KEYS[i]]) end
return slot - now
`

/** KEYS: the epoch key. Begins a memory that has none. */
export const beginScript = `${windowsScript}
return redis.call('SET', KEYS[1], clock(), 'NX')
`

/** KEYS: the pause key. ARGV: ms to wait from now. Only ever moves the end of a pause forward. */
export const pauseScript = `${windowsScript}
local till = clock() + tonumber(ARGV[1])
if till > pausedUntil(KEYS[1]) then redis.call('SET', KEYS[1], till, 'PXAT', till) end
return till
`
