/*
 * One run: the product starts, people write and answer, the plan goes wrong on them, everything heals, and what is left is
 * held against the promises. Prints the plan, one line a promise, and a line of JSON; the exit code is 0 when all were kept.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { check, describeLine } from './checker.ts'
import { letWrite, meetCrowd } from './contacts.ts'
import { createDeeds, type Doing } from './deeds.ts'
import type { Line } from './history.ts'
import { seatOperators } from './operators.ts'
import { connectAccounts, hireOperators } from './people.ts'
import { describeStep, planOf, type Step } from './plan.ts'
import { rough } from './platform.ts'
import { readHistory } from './read-history.ts'
import { awaitRest, type Rest } from './rest.ts'
import { readSettings, type Settings } from './settings.ts'
import { openProduct, openSite, type Site } from './site.ts'

const ACCOUNTS = 3
const CONTACTS = 30
/** One person may approve thirty times a minute; so many together keep up with the crowd. */
const NAMES = ['Olga', 'Pavel', 'Quynh', 'Rania', 'Sven', 'Tomoko', 'Uriel', 'Vera']

const settings = readSettings()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1))
process.exit(await run(settings))

async function run(given: Settings): Promise<number> {
  const steps = planOf(given.seed, given)
  tell(`seed ${given.seed}, ${given.minutes} minutes, ${steps.length} steps`)
  for (const step of steps) tell(describeStep(step))
  const site = await openSite(given)
  try {
    return await play(site, steps)
  } finally {
    await site.stop()
  }
}

async function play(site: Site, steps: Step[]): Promise<number> {
  const { seed, minutes, settle, folder } = site.settings
  const password = randomBytes(18).toString('base64url')
  const found = await site.platform.accounts(ACCOUNTS)
  const accounts = await connectAccounts(site, found)
  const people = await hireOperators(site, NAMES, password)
  await openProduct(site)
  const doing: Doing = { probes: [], tamperings: [], wiped: [], skipped: [], tokens: found.map(({ token }) => token) }
  const deeds = createDeeds(site, accounts, doing)
  const contacts = await meetCrowd(site, accounts, CONTACTS)
  const team = await seatOperators(site, people, {
    password,
    contactRefs: new Map(contacts.map(({ name, contactRef }) => [name, contactRef])),
    seed,
  })
  await site.platform.turn(rough(seed))
  const started = Date.now()
  note('the traffic starts')
  const crowd = letWrite(site, contacts, { seed, until: started + minutes * 60_000 })
  await Promise.all([...steps.map((step) => perform(step, { started, deeds, doing })), crowd])

  note('the weather stops and everything heals')
  await deeds.heal()
  const healedAt = Date.now()
  team.finishUp()
  const rest = await awaitRest(site, settle * 1000)
  await team.stop()
  note(`at rest after ${rest.seconds} s: ${rest.isQuiet ? 'nothing is open' : JSON.stringify(rest.open)}`)
  const secrets = secretsOf(site, { password, tokens: doing.tokens })
  const history = await readHistory(site, { ...doing, deeds: team.deeds, healedAt, secrets })
  writeFileSync(path.join(folder, 'history.json'), JSON.stringify(history))
  for (const what of doing.skipped) tell(`not done: ${what}`)
  return report(site, check(history), { rest, answered: team.deeds.length, skipped: doing.skipped.length })
}

interface Performing {
  started: number
  deeds: ReturnType<typeof createDeeds>
  doing: Doing
}

/** What cannot be done is told; the run goes on without it. */
async function perform(step: Step, { started, deeds, doing }: Performing): Promise<void> {
  await sleep(Math.max(0, started + step.atMs - Date.now()))
  note(describeStep(step).trim())
  await deeds.perform(step).catch((error: unknown) => doing.skipped.push(`${describeStep(step).trim()}: ${error}`))
}

function report(site: Site, lines: Line[], more: { rest: Rest; answered: number; skipped: number }): number {
  const { seed, minutes } = site.settings
  for (const line of lines) tell(describeLine(line))
  const ok = lines.every(({ broken }) => broken === 0)
  const counts = Object.fromEntries(lines.map(({ promise, broken, counts }) => [promise, { broken, ...counts }]))
  const starts = Object.fromEntries(Object.values(site.processes).map((one) => [one.name, one.starts()]))
  tell(JSON.stringify({ ok, seed, minutes, ...more, starts, ...counts }))
  return ok ? 0 : 1
}

/** What must stand nowhere in clear, by the name under which it would be told. */
function secretsOf({ env }: Site, { password, tokens }: { password: string; tokens: string[] }): Map<string, string> {
  const names = [
    'APP_SECRET_KEY',
    'SESSION_SECRET',
    'APPROVAL_SIGNING_KEY',
    'AUDIT_SIGNING_KEY',
    'INSTAGRAM_APP_SECRET',
    'META_APP_SECRET',
    'ANTHROPIC_API_KEY',
    'WEBHOOK_VERIFY_TOKEN',
  ]
  const own = names.map((name): [string, string] => [name, env[name] ?? ''])
  const issued = tokens.map((token, i): [string, string] => [`token ${i + 1}`, token])
  return new Map([...own, ...issued, ['an operator’s password', password]])
}

function note(what: string): void {
  process.stderr.write(`· ${new Date().toISOString().slice(11, 23)} ${what}\n`)
}

function tell(what: string): void {
  process.stdout.write(`${what}\n`)
}
