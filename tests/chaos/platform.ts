/* The sandbox as the chaos run uses it: from outside, over HTTP. */

export interface SandboxAccount {
  accountRef: string
  token: string
  name: string
  platform: 'instagram' | 'messenger'
  /** Null when it has no end. */
  expiresInSeconds: number | null
}

/** One call that the platform got. */
export interface Arrival {
  /** ms by the machine's clock. */
  at: number
  method: string
  path: string
  status: number
  code?: string
  accountRef?: string
  contactRef?: string
  text?: string
  /** Set when the message was kept, whatever the answer said. */
  mid?: string
  overLimit?: boolean
}

export interface PlatformMessage {
  mid: string
  accountRef: string
  contactRef: string
  from: 'contact' | 'account'
  text: string
  at: number
  /** Said in public; then ours have the comment that they answer in place of a contact. */
  isComment?: boolean
}

interface Comment {
  commentRef: string
  accountRef: string
  contactRef: string
  parentRef?: string
  text: string
  at: number
}

export interface PlatformDelivery {
  id: number
  thread: string
  mids: string[]
  attempts: number
  outcome: 'pending' | 'accepted' | 'dropped'
  at: number
  acceptedAt?: number
}

/** All that the platform saw; nobody in the product has a say in it. */
export interface PlatformRecord {
  arrivals: Arrival[]
  messages: PlatformMessage[]
  deliveries: PlatformDelivery[]
}

export interface Weather {
  seed?: number
  deliveries?: Partial<Record<'duplicate' | 'reorder' | 'recut' | 'delay' | 'delayMsMax', number>>
  sends?: Partial<
    Record<
      | 'commitThenDrop'
      | 'commitThen500'
      | 'unknownError'
      | 'resetBefore'
      | 'resetAfter'
      | 'error500'
      | 'throttle'
      | 'throttleSilent'
      | 'slow'
      | 'slowMsMax'
      | 'throttleMs',
      number
    >
  > & { enforce?: boolean }
  echoes?: Partial<Record<'early' | 'late' | 'never' | 'lateMsMax', number>>
  reads?: Partial<Record<'slow' | 'error' | 'slowMsMax', number>>
  tokens?: { death?: number }
}

const CALL_MS = 5000

export function createPlatform(url: string) {
  async function ask<T>(method: string, path: string, json?: unknown): Promise<T> {
    const answer = await fetch(`${url}/sandbox${path}`, {
      method,
      ...(json !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(CALL_MS),
    })
    if (!answer.ok) throw new Error(`${method} /sandbox${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  return {
    /** So many, one of them a Page. */
    async accounts(count: number): Promise<SandboxAccount[]> {
      const present = async () => (await ask<{ accounts: SandboxAccount[] }>('GET', '/accounts')).accounts
      const isPage = ({ platform }: SandboxAccount) => platform === 'messenger'
      const missing = count - 1 - (await present()).filter((one) => !isPage(one)).length
      if (missing > 0) await ask('POST', '/accounts', { count: missing })
      const all = await present()
      return [...all.filter((one) => !isPage(one)).slice(0, count - 1), ...all.filter(isPage).slice(0, 1)]
    },
    async meet(accountRef: string, name: string): Promise<string> {
      return (await ask<{ contactRef: string }>('POST', '/people', { accountRef, name })).contactRef
    },
    async write(contactRef: string, text: string): Promise<string> {
      return (await ask<{ mid: string }>('POST', '/messages', { contactRef, text })).mid
    },
    comment: (accountRef: string, contactRef: string, text: string) =>
      ask('POST', '/comments', { accountRef, contactRef, text }),
    kill: (accountRef: string) => ask('POST', '/tokens', { accountRef, dead: true }),
    async renew(accountRef: string): Promise<SandboxAccount> {
      return ask<SandboxAccount>('POST', '/tokens', { accountRef })
    },
    turn: (weather: Weather) => ask('PUT', '/weather', weather),
    shiftClock: (clockOffsetMs: number) => ask('PATCH', '/settings', { clockOffsetMs }),
    async record(): Promise<PlatformRecord> {
      const record = await ask<PlatformRecord>('GET', '/record')
      const { comments } = await ask<{ comments: Comment[] }>('GET', '/comments')
      return { ...record, messages: [...record.messages, ...comments.map(asMessage)] }
    },
  }
}

function asMessage({ commentRef: mid, parentRef = '', accountRef, contactRef, text, at }: Comment): PlatformMessage {
  const isOurs = contactRef === accountRef
  const whose = isOurs ? { from: 'account' as const, contactRef: parentRef } : { from: 'contact' as const, contactRef }
  return { mid, accountRef, text, at, isComment: true, ...whose }
}

export type Platform = ReturnType<typeof createPlatform>

/** Everything comes when it should and is answered as it should be. */
export const CALM: Weather = {
  deliveries: { duplicate: 0, reorder: 0, recut: 0, delay: 0 },
  sends: {
    ...{ commitThenDrop: 0, commitThen500: 0, unknownError: 0, resetBefore: 0, resetAfter: 0, error500: 0 },
    ...{ throttle: 0, throttleSilent: 0, slow: 0 },
  },
  echoes: { early: 0, late: 0, never: 0 },
  reads: { slow: 0, error: 0 },
  tokens: { death: 0 },
}

/** A bad day: every trouble now and then. */
export function rough(seed: number): Weather {
  return {
    seed,
    deliveries: { duplicate: 0.1, reorder: 0.1, recut: 0.1, delay: 0.1, delayMsMax: 1500 },
    sends: {
      ...{ commitThenDrop: 0.03, commitThen500: 0.02, unknownError: 0.02, resetBefore: 0.02, resetAfter: 0.02 },
      ...{ error500: 0.02, throttle: 0.01, throttleSilent: 0, slow: 0.05, slowMsMax: 1500, throttleMs: 3000 },
      enforce: true,
    },
    echoes: { early: 0.2, late: 0.2, never: 0.1, lateMsMax: 3000 },
    reads: { slow: 0.1, error: 0.05, slowMsMax: 1000 },
  }
}
