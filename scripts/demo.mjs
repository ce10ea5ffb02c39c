// `npm run demo`: one message's whole way, without a person, in a house of its own beside whatever else is running.
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { givenEnvironment } from './lib/environment.mjs'
import { launch, prepare } from './lib/launch.mjs'
import { endLeftovers, isAlive } from './lib/pids.mjs'
import { checkMachine, dataFolder } from './lib/place.mjs'
import { Halt } from './lib/say.mjs'
import { createVisitor, findForm, wordsOf } from './lib/visitor.mjs'

const FAILURE = 1
const LEFTOVERS_MS = 10_000
const DRAFT_MS = 60_000
const POST_MS = 30_000
const LOOK_AGAIN_MS = 100
const CONTACT = '1000000000000042'
const QUESTION = 'Hi! Do you ship to Graz, and how long does it take?'
/** Enough for a real Claude to answer by. */
const VOICE = 'Friendly and brief. We ship within Austria in two to three working days for €4.90.'
/** What the demo takes over from your settings; a Claude key too, if you have one. No database, no account. */
const BORROWED =
  /^(CLAUDE_|PATH$|HOME$|USER$|TMPDIR$|TZ$|LANG$|LC_ALL$|TERM$|HTTPS_PROXY$|NO_PROXY$|NODE_EXTRA_CA_CERTS$|SSL_CERT_)/

const folder = path.join(dataFolder, `demo-${process.pid}`)
let started = performance.now()
let family
let current = 'install'
let hasEnded = false

function msSince(from) {
  return Math.round(performance.now() - from)
}

/** Does one step and prints how long it took; what goes wrong inside is told with the step's name. */
async function step(name, what, work) {
  current = name
  const from = performance.now()
  const result = await work()
  process.stdout.write(`${name.padEnd(8)} ${String(msSince(from)).padStart(6)} ms  ${what}\n`)
  return result
}

async function until(question, deadlineMs) {
  for (const end = performance.now() + deadlineMs; performance.now() < end; await pause(LOOK_AGAIN_MS)) {
    const answer = await question()
    if (answer) return answer
  }
  return undefined
}

function expectOk(page, where) {
  if (page.status >= 400) throw new Error(`${where} answered ${page.status}: ${wordsOf(page.html)}`)
  return page
}

async function start() {
  const all = Object.entries(givenEnvironment())
  const hasClaude = all.some(([name]) => name.startsWith('ANTHROPIC_API_KEY'))
  const borrowed = all.filter(([name]) => BORROWED.test(name) || (hasClaude && name.startsWith('ANTHROPIC_')))
  return launch({
    folder,
    // Seed 0: nobody else writes in this sandbox.
    given: { ...Object.fromEntries(borrowed), PORT: '0', SANDBOX: 'on', SANDBOX_SEED: '0', LOG_LEVEL: 'warn' },
    onFamily: (members) => {
      family = members
    },
    onFatal: (error) => void end(error),
  })
}

async function accept(sandboxUrl) {
  const { accountRef } = await ask(`${sandboxUrl}/sandbox/account`)
  const item = {
    sender: { id: CONTACT },
    recipient: { id: accountRef },
    timestamp: Date.now(),
    message: { mid: `aWdf${randomBytes(24).toString('base64url')}`, text: QUESTION },
  }
  const delivery = await ask(`${sandboxUrl}/sandbox/deliveries`, { items: [item] })
  if (delivery.status !== 200) throw new Error(`/webhooks/instagram answered ${delivery.status || 'nothing'}, not 200`)
}

async function signIn(visitor, setupLink) {
  if (!setupLink) throw new Error('no setup link was printed')
  const { pathname, search } = new URL(setupLink)
  const form = findForm((await visitor.visit(`${pathname}${search}`)).html, /^\/setup$/)
  if (!form) throw new Error('/setup shows no form')
  const password = randomBytes(18).toString('base64url')
  expectOk(await visitor.submit(form, { name: 'Demo', email: 'demo@example.com', password }), '/setup')
}

/** No undo time, so that nobody has to wait for it, and a line of facts. */
async function settle(visitor) {
  const [address] = /\/accounts\/acc_\w+/.exec((await visitor.visit('/accounts')).html) ?? []
  if (!address) throw new Error('/accounts lists no account')
  const form = findForm((await visitor.visit(address)).html, /\/settings$/)
  if (!form) throw new Error(`${address} shows no settings`)
  expectOk(await visitor.submit(form, { undoSeconds: '0', voice: VOICE }), `${address}/settings`)
}

async function awaitDraft(visitor) {
  let page
  const form = await until(async () => {
    page = expectOk(await visitor.visit('/queue'), '/queue')
    return findForm(page.html, /^\/drafts\/[^/]+\/decision$/)
  }, DRAFT_MS)
  if (!form) throw new Error(`no draft within ${DRAFT_MS / 1000} s; /queue says: ${wordsOf(page.html)}`)
  return form
}

async function approve(visitor, form) {
  expectOk(await visitor.submit(form, { verdict: 'approve' }), form.action)
  return form.fields.text.replaceAll('\r\n', '\n').trim()
}

/** The reply has arrived when Instagram has it: once, in these very words, to the one who asked. */
async function awaitPost(sandboxUrl, visitor, text) {
  const sends = async () => {
    const { arrivals } = await ask(`${sandboxUrl}/sandbox/arrivals`)
    return arrivals.filter(({ method, path: to }) => method === 'POST' && to.endsWith('/messages'))
  }
  const found = await until(async () => ((await sends()).length > 0 ? sends() : undefined), POST_MS)
  if (!found)
    throw new Error(
      `nothing arrived within ${POST_MS / 1000} s; /outbox says: ${wordsOf((await visitor.visit('/outbox')).html)}`,
    )
  const [post] = found
  if (found.length > 1) throw new Error(`${found.length} posts arrived`)
  if (post.status !== 200) throw new Error(`the sandbox answered ${post.status} (${post.code})`)
  if (post.contactRef !== CONTACT || post.text !== text) throw new Error('what arrived is not what was approved')
}

async function ask(url, json) {
  const init = json && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}`)
  return answer.json()
}

async function run() {
  checkMachine()
  await sweepOldDemos()
  await step('install', 'packages and build', prepare)
  // What is counted is the way of a message, not what a first run downloads and builds.
  started = performance.now()
  const { url, sandboxUrl, setupLink } = await step('start', 'own data, own ports', start)
  const visitor = createVisitor(url)
  await step('accept', 'a signed delivery, answered 200', () => accept(sandboxUrl))
  // Within the contact's quiet time, so that the settings count for the draft.
  await step('sign in', 'through the one-time link', () => signIn(visitor, setupLink))
  await step('settings', 'no undo time', () => settle(visitor))
  const form = await step('draft', 'written and waiting for review', () => awaitDraft(visitor))
  const text = await step('approve', 'as the console’s form does', () => approve(visitor, form))
  await step('post', 'arrived at Instagram’s stand-in, once', () => awaitPost(sandboxUrl, visitor, text))
}

/** Demos that were killed leave their folder and perhaps their servers. */
async function sweepOldDemos() {
  const names = existsSync(dataFolder) ? readdirSync(dataFolder) : []
  for (const name of names) {
    const [, pid] = /^demo-(\d+)$/.exec(name) ?? []
    if (!pid || isAlive(Number(pid))) continue
    await endLeftovers(path.join(dataFolder, name, 'run'), LEFTOVERS_MS)
    rmSync(path.join(dataFolder, name), { recursive: true, force: true })
  }
}

/** Stops what was started, removes what was written, and says the last line. */
async function end(error) {
  if (hasEnded) return
  hasEnded = true
  const ms = msSince(started)
  // Its data goes too, so nobody needs time to finish.
  await family?.stop({ atOnce: true })
  rmSync(folder, { recursive: true, force: true })
  if (error) process.stderr.write(`The demo failed at “${current}”: ${error.message}\n`)
  const verdict = error
    ? { ok: false, step: current, error: error.message.replace(/\s+/g, ' ').slice(0, 300), ms }
    : { ok: true, accepted: 1, drafted: 1, approved: 1, posted: 1, ms }
  const code = error ? (error instanceof Halt ? error.exitCode : FAILURE) : 0
  process.stdout.write(`${JSON.stringify(verdict)}\n`, () => process.exit(code))
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => end(new Error(`stopped by ${signal}`)))
await run().then(() => end(), end)
