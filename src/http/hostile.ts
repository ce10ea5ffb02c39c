/*
 * Addresses that are refused: those of BLOCKED_ADDRESSES for ever, those a person blocked for a while, and by themselves those
 * that kept on showing wrong signatures, passwords or keys, or looked for holes of other programs. Known in memory and read
 * anew every other second, so that a request costs no call. Our own proxies are never blocked, nor is a private address, which
 * may be one nobody named, nor who signs well: all of them speak for others. A webhook is judged by its signature alone: no
 * block that came about by itself stops it.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { networkOf } from '#src/domain/network.ts'
import { clientAddress, createRanges } from './address.ts'
import { type Block, createKnownBlocks, type Offence } from './known-blocks.ts'

export interface HostileDeps {
  blockedAddresses: readonly string[]
  trustedProxies: readonly string[]
  /** The blocks that are in force. */
  listBlocks: () => Promise<Block[]>
  /** Counts an offence of a network; true when it was one too many. */
  isOneTooMany: (network: string) => Promise<boolean>
  /** Keeps a block for all processes and answers it. */
  block: (network: string, offence: Offence) => Promise<Block>
  reportError: (error: unknown) => void
  now: () => Date
}

const PRIVATE = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10']
const PRIVATE_SIX = ['::1', 'fc00::/7', 'fe80::/10']
/** Doors that know who speaks by the signature. */
const SIGNED = /^\/(?:webhooks|compliance\/meta)\//
/** Nothing of ours was ever there; whoever asks looks for a hole of another program. */
const PROBE =
  /\.(?:php\d?|aspx?|jspx?|cgi|env|git|sql|bak|ini|ya?ml)(?:\/|$)|\/(?:wp-|phpmyadmin|cgi-bin|actuator|\.(?!well-known))/i
const REMEMBERED_MAX = 10_000
const SIGNER_MS = 86_400_000
const REFUSALS_MAX = 600
const MINUTE_MS = 60_000

export function createHostile(deps: HostileDeps): MiddlewareHandler {
  const { now } = deps
  const isFixed = createRanges(deps.blockedAddresses)
  const isSpared = createRanges([...deps.trustedProxies, ...PRIVATE, ...PRIVATE_SIX])
  const known = createKnownBlocks(deps)
  const signers = createMemory()
  const refusals = createRefusals()

  const isBlocked = (address: string, path: string): boolean => {
    if (isFixed(address)) return true
    const block = known.find(address)
    return block !== undefined && (block.reason === 'person' || !SIGNED.test(path))
  }

  const punish = async (address: string, offence: Offence): Promise<void> => {
    const network = isSpared(address) ? undefined : networkOf(address)
    if (network && (await deps.isOneTooMany(network))) known.add(await deps.block(network, offence))
  }

  const judge = async (c: Context, address: string): Promise<void> => {
    const at = now().getTime()
    const isSigned = SIGNED.test(c.req.path)
    if (isSigned && c.res.status === 200) return signers.note(address, at)
    const offence = offenceIn(c)
    if (!offence || signers.isLately(address, at)) return
    if (isSigned) refusals.count(address, at)
    await punish(address, offence)
  }

  return async (c, next) => {
    const address = clientAddress(c)
    const isSigned = SIGNED.test(c.req.path)
    await known.refresh({ wait: !isSigned })
    if (isBlocked(address, c.req.path)) {
      throw new AppError('forbidden', 'This address is blocked', { field: 'address' })
    }
    if (isSigned && refusals.isFull(address, now().getTime())) {
      c.header('retry-after', String(MINUTE_MS / 1000))
      throw new AppError('too_many_requests', 'Too many requests whose signature is wrong')
    }
    await next()
    // Nobody waits for it: whoever offended has their answer.
    judge(c, address).catch(deps.reportError)
  }
}

/** Who signed well lately; when it is full it begins anew. */
function createMemory() {
  const seen = new Map<string, number>()
  return {
    note(address: string, at: number): void {
      if (seen.size >= REMEMBERED_MAX) seen.clear()
      seen.set(address, at)
    },
    isLately: (address: string, at: number) => at - (seen.get(address) ?? Number.NEGATIVE_INFINITY) < SIGNER_MS,
  }
}

/** A wrong signature costs us the reading of a body: so many of them a minute, and the next is not read. */
function createRefusals() {
  let counts = new Map<string, number>()
  let since = 0
  const turn = (at: number) => {
    if (at - since < MINUTE_MS) return
    counts = new Map()
    since = at
  }
  return {
    count(address: string, at: number): void {
      turn(at)
      if (counts.size < REMEMBERED_MAX) counts.set(address, (counts.get(address) ?? 0) + 1)
    },
    isFull(address: string, at: number): boolean {
      turn(at)
      return (counts.get(address) ?? 0) >= REFUSALS_MAX
    },
  }
}

function offenceIn(c: Context): Offence | undefined {
  const { status } = c.res
  const { method, path } = c.req
  if (SIGNED.test(path)) return isRefusal(status, path) ? 'signatures' : undefined
  if (status === 401 && ((method === 'POST' && path === '/sign-in') || path.startsWith('/api/'))) return 'sign_in'
  return status === 404 && PROBE.test(path) ? 'probing' : undefined
}

/** A wrong signature, a wrong verify token, a wrong signed request. */
function isRefusal(status: number, path: string): boolean {
  return path.startsWith('/webhooks/') ? status === 401 || status === 403 : status === 400
}
