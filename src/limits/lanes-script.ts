import { WIPED } from './script.ts'
import { windowsScript } from './windows-script.ts'

/*
 * All keys begin with KEYS[1], which carries the braces that keep them on one node:
 *   later  sorted set: post → the instant from which it may stand in its lane
 *   lane:<account>  sorted set: post → end of its reply window, so that the nearest end is first
 *   turns  sorted set: account with a lane → its next slot
 *   ends   sorted set: post → end of its reply window, for posts that would miss it while they wait
 *   posts  hash: post → account, conversation, end of its reply window
 */
const parts = `${windowsScript}
local base = KEYS[1]
local later, turns, ends, posts = base .. ':later', base .. ':turns', base .. ':ends', base .. ':posts'
local function laneOf(account) return base .. ':lane:' .. account end

local function detailsOf(id)
  local kept = redis.call('HGET', posts, id)
  if not kept then return nil end
  local account, conversation, ending = string.match(kept, '^(%S+) (%S+) (%d+)$')
  return account, conversation, tonumber(ending)
end

local function forget(id, account)
  redis.call('ZREM', laneOf(account), id)
  redis.call('ZREM', later, id)
  redis.call('ZREM', ends, id)
  redis.call('HDEL', posts, id)
end
`

/**
 * Lines posts up. One that stands in its lane already keeps its place, and one that waits is only ever moved forward.
 *
 * KEYS: the base key. ARGV: the channel to wake takers on, then per post: id, account, conversation, end of its window
 * (ms since the epoch), ms from now on until it may leave.
 */
export const addScript = `${parts}
local now = clock()
for i = 2, #ARGV, 5 do
  local id, account, conversation, ending = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  local before = detailsOf(id)
  if before and before ~= account then forget(id, before) end
  redis.call('HSET', posts, id, account .. ' ' .. conversation .. ' ' .. string.format('%.0f', ending))
  -- One whose window is over waits for its turn like any other: taken out of turn again and again it would never rest.
  if ending > now then redis.call('ZADD', ends, ending, id) end
  if not redis.call('ZSCORE', laneOf(account), id) then
    redis.call('ZADD', later, 'LT', now + tonumber(ARGV[i + 4]), id)
  end
end
redis.call('PUBLISH', ARGV[1], '')
return 0
`

/**
 * Takes posts whose slot has come or comes within the lead, one of each account in turn.
 *
 * KEYS: the base key, the epoch key. ARGV: how many, lead in ms, prefix of window keys, prefix of pause keys, the app's pause key, endpoint class,
 * number of account windows, then per window: max, perMs; number of conversation windows, likewise; then accounts to pass over.
 * Answers the ms until the next look, then per post: id, account, conversation, the call's name in its windows, ms until
 * its slot (empty: it has none, its reply window is over).
 */
export const takeScript = `${parts}
local PROMOTED_MAX, CLOSED_MAX = 500, 50
local now = clock()
local epoch = tonumber(redis.call('GET', KEYS[2]))
if not epoch then return '${WIPED}' end
local wanted, lead = tonumber(ARGV[1]), tonumber(ARGV[2])
local slots, pauses, appPause, class = ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local at = 7
local function readWindows()
  local rules, longest = {}, 0
  for _ = 1, tonumber(ARGV[at]) do
    local max, per = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    rules[#rules + 1] = { max = max, per = per }
    longest = math.max(longest, per)
    at = at + 2
  end
  at = at + 1
  return { rules = rules, longest = longest }
end
local perAccount, perConversation = readWindows(), readWindows()
local passedOver, passedCount = {}, #ARGV - at + 1
for i = at, #ARGV do passedOver[ARGV[i]] = true end

local function windowsOf(kind, scope, id)
  local set = slots .. scope .. ':' .. id .. ':' .. class
  forgetPast(set, now, kind.longest)
  local windows = {}
  for _, rule in ipairs(kind.rules) do windows[#windows + 1] = { set = set, max = rule.max, per = rule.per } end
  return windows, set
end
local function opensFor(kind, scope, id)
  return math.max(math.min(epoch, now) + kind.longest, pausedUntil(pauses .. scope .. ':' .. id))
end

local answer = { 0 }
local function hand(id, account, conversation, name, wait)
  forget(id, account)
  for _, part in ipairs({ id, account, conversation, name, wait }) do answer[#answer + 1] = part end
  wanted = wanted - 1
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, wanted)) do
  local account, conversation = detailsOf(id)
  if account then hand(id, account, conversation, '', '') else redis.call('ZREM', ends, id) end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', now, 'LIMIT', 0, PROMOTED_MAX)) do
  local account, _, ending = detailsOf(id)
  redis.call('ZREM', later, id)
  if account then
    redis.call('ZADD', laneOf(account), ending, id)
    redis.call('ZADD', turns, 'NX', now, account)
  end
end

-- Hands out the first post of a lane whose conversation is open too; answers whether there may be another.
local function serve(account)
  local own, ownSet = windowsOf(perAccount, 'account', account)
  local opens = math.max(now, pausedUntil(appPause), opensFor(perAccount, 'account', account))
  local next = earliest(own, opens)
  for _ = 1, CLOSED_MAX do
    if next > now + lead then
      redis.call('ZADD', turns, next, account)
      return false
    end
    local id = redis.call('ZRANGE', laneOf(account), 0, 0)[1]
    if not id then
      redis.call('ZREM', turns, account)
      return false
    end
    local _, conversation = detailsOf(id)
    if not conversation then
      redis.call('ZREM', laneOf(account), id)
    else
      local both, set = windowsOf(perConversation, 'conversation', conversation)
      for _, window in ipairs(own) do both[#both + 1] = window end
      local slot = earliest(both, math.max(next, opensFor(perConversation, 'conversation', conversation)))
      if slot <= now + lead then
        local name = id .. ':' .. redis.call('INCR', base .. ':serial')
        keep(ownSet, slot, name, perAccount.longest)
        keep(set, slot, name, perConversation.longest)
        redis.call('ZADD', turns, slot, account)
        hand(id, account, conversation, name, slot - now)
        return true
      end
      -- Its conversation has had its share: others of the account need not wait for it.
      redis.call('ZREM', laneOf(account), id)
      redis.call('ZADD', later, slot, id)
    end
  end
  redis.call('ZADD', turns, now, account)
  return false
end

local inTurn = {}
if wanted > 0 then
  for _, account in ipairs(redis.call('ZRANGEBYSCORE', turns, '-inf', now + lead, 'LIMIT', 0, wanted + passedCount)) do
    if not passedOver[account] then inTurn[#inTurn + 1] = account end
  end
end
while wanted > 0 and #inTurn > 0 do
  local still = {}
  for _, account in ipairs(inTurn) do
    if wanted > 0 and serve(account) then still[#still + 1] = account end
  end
  inTurn = still
end

local function firstOf(set)
  return tonumber(redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2] or now + 3600000)
end
answer[1] = math.max(0, math.min(firstOf(turns) - lead, firstOf(later), firstOf(ends)) - now)
return answer
`

/** Undoes a slot whose call was not made. KEYS: the base key, then the window keys. ARGV: the call's name, its account. */
export const refundScript = `${parts}
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
-- Whoever waits there may find a slot sooner than was thought.
redis.call('ZADD', turns, 'XX', 'LT', clock(), ARGV[2])
return 0
`
