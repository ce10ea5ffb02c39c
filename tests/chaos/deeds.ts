/* Carries the plan out: does what each step says, and makes it whole again when its time is over. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentFor } from '#src/config.ts'
import type { Account } from './people.ts'
import type { Deed, Step, StoreName } from './plan.ts'
import { CALM, rough } from './platform.ts'
import { aProbe, deliver, type Probe } from './probe.ts'
import { isAnswering } from './processes.ts'
import type { Site } from './site.ts'
import { linedUp, type Tampering, tamper } from './tamper.ts'

export interface Doing {
  probes: Probe[]
  tamperings: Tampering[]
  /** Posts that stood in the lanes when Redis was emptied. */
  wiped: string[]
  /** Every token that was ever good. */
  tokens: string[]
  /** What could not be done, for instance because there was nothing to tamper with. */
  skipped: string[]
}

const TAMPER_MS = 8000
const LOOK_AGAIN_MS = 150
const READY_MS = 60_000
/** Long enough for the first of a pile to arrive, short of the second in which a conversation gets one reply. */
const LEAVING_MS = 300

type Of<Kind extends Deed['kind']> = Extract<Deed, { kind: Kind }>

export function createDeeds(site: Site, accounts: Account[], doing: Doing) {
  const { processes, stores, platform } = site
  const { seed } = site.settings
  let isCalm = false

  /** The sandbox forgets the weather when it starts again. */
  const restoreWeather = () => attempt('the weather', () => platform.turn(isCalm ? CALM : rough(seed)))

  async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    const until = Date.now() + READY_MS
    const tryOnce = () => work().then(() => undefined, reasonOf)
    let reason = await tryOnce()
    while (reason !== undefined && Date.now() < until) {
      await sleep(LOOK_AGAIN_MS)
      reason = await tryOnce()
    }
    if (reason !== undefined) doing.skipped.push(`${what}: ${reason}`)
  }

  const perform: { [Kind in Deed['kind']]: (deed: Of<Kind>) => Promise<unknown> } = {
    async kill({ process }) {
      processes[process].signal('SIGKILL')
      if (process === 'sandbox') await restoreWeather()
    },
    drain: async ({ process }) => processes[process].signal('SIGTERM'),
    async freeze({ process, ms }) {
      processes[process].signal('SIGSTOP')
      await sleep(ms)
      processes[process].signal('SIGCONT')
    },
    flush: () => attempt('flush', flush),
    restart: async ({ store, signal }) => stores[store].signal(signal),
    swallow: ({ process, wire, ms }) => spoil([site.wire(process, wire)], 'swallow', ms),
    cut: ({ process, wire, ms }) => spoil([site.wire(process, wire)], 'cut', ms),
    away: ({ ms }) => away(ms),
    async clock({ process, offsetMs, ms }) {
      await setClock(process, offsetMs)
      await sleep(ms)
      await setClock(process, 0)
    },
    token: ({ account, ms }) => exchangeToken(accounts[account % accounts.length], ms),
    hold: ({ ms }) => hold(ms),
    pile: ({ of, ms }) => (of === 'posts' ? flushPosts(ms) : flushDeliveries(ms)),
    tamper: ({ how }) => tryTampering(how),
  }

  async function flush(): Promise<void> {
    doing.wiped.push(...(await linedUp(site)))
    await site.redis.flushall()
  }

  async function hold(ms: number): Promise<void> {
    await attempt('holding', () => command(['sending', 'stop']))
    await sleep(ms)
    await attempt('resuming', () => command(['sending', 'resume']))
  }

  /** What has just left is forgotten by Redis, and what waits behind it as well. */
  async function flushPosts(ms: number): Promise<void> {
    await hold(ms)
    await sleep(LEAVING_MS)
    await attempt('flush', flush)
  }

  /** Whatever came meanwhile is stored, and nobody has it in a queue any more. */
  async function flushDeliveries(ms: number): Promise<void> {
    const readers = [processes['drafting-1'], processes['drafting-2']]
    for (const reader of readers) reader.signal('SIGSTOP')
    await sleep(ms)
    await attempt('flush', flush)
    for (const reader of readers) reader.signal('SIGCONT')
  }

  async function spoil(wires: ReturnType<Site['wires']>, how: 'swallow' | 'cut', ms: number): Promise<void> {
    for (const wire of wires) wire[how]()
    await sleep(ms)
    for (const wire of wires) wire.heal()
  }

  /** Nobody reaches a store; whoever delivers meanwhile is refused, and accepted later. */
  async function away(ms: number): Promise<void> {
    const probe = aProbe(site, `${seed}-${doing.probes.length}`)
    doing.probes.push(probe)
    const both = [...site.wires('mysql'), ...site.wires('redis')]
    const over = spoil(both, 'cut', ms)
    await sleep(ms / 3)
    const answers = await Promise.all(site.webUrls.map((url) => deliver(url, probe)))
    probe.refused.push(...answers)
    await over
  }

  const setClock = async (process: Of<'clock'>['process'], offsetMs: number) => {
    if (process !== 'sandbox') site.setClock(process, offsetMs)
    else await attempt('the sandbox’s clock', () => platform.shiftClock(offsetMs))
  }

  async function exchangeToken(account: Account | undefined, ms: number): Promise<void> {
    if (!account) return
    await attempt('the end of a token', () => platform.kill(account.accountRef))
    await sleep(ms)
    await attempt('a fresh token', () => connectAgain(account))
  }

  async function connectAgain({ accountRef, name, platform: product }: Account): Promise<void> {
    const { token } = await platform.renew(accountRef)
    doing.tokens.push(token)
    const args = ['--platform', product, '--account-ref', accountRef, '--name', name]
    await command(['accounts', 'add', ...args], `${token}\n`)
  }

  async function tryTampering(how: Tampering['how']): Promise<void> {
    for (const until = Date.now() + TAMPER_MS; Date.now() < until; await sleep(LOOK_AGAIN_MS)) {
      const done = await tamper(site, how).catch(() => [])
      doing.tamperings.push(...done)
      if (done.length > 0) return
    }
    doing.skipped.push(`tamper ${how}: there was nothing to do it to`)
  }

  function command(args: string[], input = ''): Promise<void> {
    return runCommand(site, args, input)
  }

  return {
    perform: (step: Step) => (perform[step.kind] as (deed: Deed) => Promise<unknown>)(step),

    /** Everything is made whole, and the refused deliveries come again. */
    async heal(): Promise<void> {
      isCalm = true
      for (const wire of site.wires()) wire.heal()
      for (const one of Object.values(processes)) one.signal('SIGCONT')
      for (const name of ['drafting-2', 'sending-2'] as const) site.setClock(name, 0)
      await Promise.all((Object.keys(stores) as StoreName[]).map((name) => isThere(() => stores[name].isReady())))
      await isThere(() => isAnswering(`${site.env['SANDBOX_URL']}/sandbox/account`))
      await restoreWeather()
      await setClock('sandbox', 0)
      await Promise.all(site.webUrls.map((url) => isThere(() => isAnswering(`${url}/readyz`))))
      await command(['sending', 'resume']).catch(() => undefined)
      for (const probe of doing.probes) probe.acceptedLater = (await deliver(site.webUrls[0], probe)) === 200
    },
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function isThere(question: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(LOOK_AGAIN_MS)) if (await question()) return
}

/** The product's own command line. */
async function runCommand({ settings, env }: Site, args: string[], input: string): Promise<void> {
  const file = path.join(settings.root, 'dist/src/cli.js')
  const own = { PATH: process.env['PATH'] ?? '', ...environmentFor(env, 'cli') }
  const child = spawn(process.execPath, [file, ...args], { env: own, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString('utf8')
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`countersign ${args.slice(0, 2).join(' ')} ended with ${code}: ${said.slice(0, 300)}`)
}
