/* What all measurements of sending stand on. */
import type { AccountId } from '#src/domain/ids.ts'
import type { WaitingPost } from '#src/limits/lanes.ts'
import { createApprovalSigner } from '#src/vault/approvals.ts'
import { Secret } from '#src/vault/secret.ts'
import { type Bench, type Stores, until } from './bench.ts'
import { type Account, anAccount, type anOperator } from './people.ts'
import { fillPosts } from './posts.ts'
import { type Process, startRole, startScript } from './processes.ts'
import { paced } from './queue-way.ts'
import type { Arrival } from './stub.ts'
import { fillThreads, type Thread } from './threads.ts'

const ROUND_MS_MAX = 15_000

export interface Site {
  stores: Stores
  env: Record<string, string>
  accounts: Account[]
  /** Waits until so many posts have arrived since the last look, or no more come; answers those of our accounts. */
  arrivals(count: number): Promise<Arrival[]>
  /** What has arrived of other accounts until the last look. */
  strangers: Arrival[]
  close(): Promise<void>
}

/** Instagram as a stub, accounts, and so many sending processes. */
export async function openSite(
  bench: Bench,
  { senders, accounts }: { senders: number; accounts: number },
): Promise<Site> {
  const stores = await bench.stores()
  const stub = await startScript('stub', [], {})
  const graph = `http://127.0.0.1:${stub.port}`
  const env = { ...stores.env, INSTAGRAM_GRAPH_URL: graph, META_GRAPH_URL: graph }
  const ours = await Promise.all(Array.from({ length: accounts }, () => anAccount(stores.db, bench.env)))
  const refs = new Set(ours.map(({ accountRef }) => accountRef))
  const processes: Process[] = [stub]
  for (let i = 0; i < senders; i++) processes.push(await startRole('sending', env))
  const strangers: Arrival[] = []
  return {
    stores,
    env,
    accounts: ours,
    strangers,
    async arrivals(count) {
      const all: Arrival[] = []
      const isDone = async () => {
        const answer = await fetch(`${graph}/arrivals`)
        for (const arrival of (await answer.json()) as Arrival[])
          (refs.has(arrival.account) || count === 1 ? all : strangers).push(arrival)
        return all.length >= count
      }
      await until(isDone, { ms: ROUND_MS_MAX, everyMs: 100 })
      return all
    },
    async close() {
      await Promise.all(processes.map((process) => process.stop()))
      await stores.close()
    },
  }
}

type OwnThread = Thread & { account: Account }

/** Threads spread evenly over the accounts, in turns. */
export async function fillEach(site: Site, count: number, attention: 'review' | 'none'): Promise<OwnThread[]> {
  const each = Math.ceil(count / site.accounts.length)
  const perAccount: OwnThread[][] = []
  for (const account of site.accounts) {
    const threads = await fillThreads(site.stores.db, { account, count: each, attention })
    perAccount.push(threads.map((thread) => ({ ...thread, account })))
  }
  return Array.from({ length: each }, (_, i) => perAccount.flatMap((threads) => threads[i] ?? [])).flat()
}

/** One post for each thread, in the order of the threads. */
export async function postsIn(
  { stores }: Site,
  threads: OwnThread[],
  { operatorId, bench }: { operatorId: Awaited<ReturnType<typeof anOperator>>; bench: Bench },
) {
  const sign = signer(bench)
  const byThread = new Map<string, Awaited<ReturnType<typeof fillPosts>>[number]>()
  const byAccount = new Map<AccountId, OwnThread[]>()
  for (const thread of threads) byAccount.set(thread.account.id, [...(byAccount.get(thread.account.id) ?? []), thread])
  for (const own of byAccount.values()) {
    const [first] = own
    if (!first) continue
    const ids = await fillPosts(stores.db, { account: first.account, threads: own, operatorId, sign })
    for (const post of ids) byThread.set(post.conversationId, post)
  }
  return threads.flatMap(({ conversationId }) => byThread.get(conversationId) ?? [])
}

/** Starts something for each thread at a steady rate; the ms from then until its post arrived. */
export async function arrivalWaits(
  site: Site,
  threads: OwnThread[],
  perSecond: number,
  begin: (thread: OwnThread, i: number) => Promise<unknown>,
): Promise<number[]> {
  const begun = new Map<string, number>()
  await paced(threads.length, perSecond, (i) => {
    const thread = threads[i]
    if (!thread) return Promise.resolve()
    begun.set(thread.contactRef, performance.timeOrigin + performance.now())
    return begin(thread, i)
  })
  const arrived = await site.arrivals(threads.length)
  const now = performance.timeOrigin + performance.now()
  const waits = arrived.map(({ recipient, at }) => at - (begun.get(recipient) ?? at))
  // What has not arrived has waited at least until now.
  const seen = new Set(arrived.map(({ recipient }) => recipient))
  return [
    ...waits,
    ...threads
      .filter(({ contactRef }) => !seen.has(contactRef))
      .map(({ contactRef }) => now - (begun.get(contactRef) ?? now)),
  ]
}

/** As approvals do, only many at once. */
export function lineUp({ stores }: Site, posts: WaitingPost[]): Promise<void> {
  return stores.lanes.add(
    'instagram',
    posts.map((post) => ({ ...post, delayMs: 0 })),
  )
}

/** Signs as the web process does. */
export function signer({ env }: Bench) {
  return createApprovalSigner(new Secret(env['APPROVAL_SIGNING_KEY'] ?? ''))
}
