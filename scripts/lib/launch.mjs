import path from 'node:path'
import { ensureBuilt, isPrebuilt } from './build.mjs'
import { generatedSecrets, givenEnvironment, keepAddresses, underlay, withSecrets } from './environment.mjs'
import { createFamily } from './family.mjs'
import { alone } from './lock.mjs'
import { ensureNodeModules } from './node-modules.mjs'
import { endLeftovers, notePid, ourProcesses } from './pids.mjs'
import { privateFolder, root } from './place.mjs'
import { freePort, isFree, keptPort } from './ports.mjs'
import {
  checkConfig,
  countersign,
  laterAddresses,
  productSpecs,
  publicUrl,
  warnOfPlainSecrets,
  withKeptSecrets,
  withSandboxIfOn,
} from './product.mjs'
import { EXIT, Halt, say, step } from './say.mjs'
import { missingStores, startStores } from './stores.mjs'

const LEFTOVERS_MS = 20_000

/** Brings node_modules and dist up to date; one process of the folder at a time. */
export async function prepare() {
  await alone(path.join(root, '.data', 'setup.lock'), async () => {
    await ensureNodeModules({ withDev: !isPrebuilt() })
    await ensureBuilt()
  })
}

/**
 * Starts the whole product in `folder` and answers when it is ready: { url, sandboxUrl?, setupLink?, env, stop }.
 * `onFamily` is called as soon as there are processes, so that a signal during the start can end them.
 */
export async function launch({ folder, given = givenEnvironment(), onFamily = () => undefined, onFatal }) {
  await alone(path.join(privateFolder(folder), 'start.lock'), () => takeOver(folder))
  const port = await webPort(given)
  await prepare()
  const { secrets, env } = await settle(folder, { ...given, PORT: port })
  const family = createFamily({ runFolder: path.join(folder, 'run'), onFatal })
  onFamily(family)
  try {
    const [complete] = await Promise.all([withStores(family, { folder, secrets, env }), startSandbox(family, env)])
    keepAddresses(folder, complete)
    const setupLink = await startProduct(family, complete)
    return {
      url: await publicUrl(complete),
      sandboxUrl: complete.SANDBOX_URL,
      setupLink,
      env: complete,
      family,
      stop: family.stop,
    }
  } catch (error) {
    await family.stop()
    throw error
  }
}

// A fault in PORT itself is told with all other faults of the configuration.
async function webPort({ PORT = '3000', HOST = '127.0.0.1' }) {
  if (PORT === '0') return String(await freePort())
  const number = Number(PORT)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) return PORT
  if (await isFree(number, HOST)) return PORT
  throw new Halt(
    `Port ${PORT} of ${HOST} cannot be used, most likely another program has it: set PORT to another number.`,
    EXIT.config,
  )
}

/** One product a folder: refuses beside a living one, and ends what a dead one left. */
async function takeOver(folder) {
  const [living] = ourProcesses(path.join(folder, 'parent'))
  if (living) throw new Halt(`Countersign already runs from ${folder} (process ${living.pid}).`, EXIT.tryLater)
  notePid(path.join(folder, 'parent'), 'parent', { pid: process.pid, marker: path.basename(process.argv[1]) })
  const left = await endLeftovers(path.join(folder, 'run'), LEFTOVERS_MS)
  if (left.length > 0) say(`ended what an earlier run left behind: ${left.map((one) => one.name).join(', ')}`)
}

/** What this run goes by. Everything but the addresses of private servers is judged before anything is started. */
async function settle(folder, plain) {
  await warnOfPlainSecrets(plain)
  const given = await withKeptSecrets(plain)
  const secrets = await generatedSecrets(folder)
  const settings = underlay(withSecrets(given, secrets), { MEDIA_DIR: path.join(folder, 'media') })
  const env = await withSandboxIfOn(settings, {
    port: () => sandboxPort(given, folder),
    secrets,
    folder,
  })
  await checkConfig(underlay(env, laterAddresses))
  return { secrets, env }
}

async function sandboxPort({ SANDBOX_PORT }, folder) {
  if (!(Number(SANDBOX_PORT) > 0)) return keptPort(folder, 'sandbox')
  if (await isFree(Number(SANDBOX_PORT))) return SANDBOX_PORT
  throw new Halt(`Port ${SANDBOX_PORT} is taken: set SANDBOX_PORT to another number.`, EXIT.config)
}

/** What people wrote in the sandbox never stands beside what customers wrote: each has its own database. */
async function withStores(family, { folder, secrets, env }) {
  const wanted = missingStores(env)
  const [database, number] = env.SANDBOX === 'on' ? ['countersign_sandbox', 1] : ['countersign', 0]
  const { redis, mysql } = await startStores(family, { folder, secrets, wanted, databases: [database] })
  return {
    ...env,
    ...(mysql && { DATABASE_URL: mysql.url(database) }),
    ...(redis && { REDIS_URL: `${redis.url}/${number}` }),
  }
}

/** It needs no store, so it starts beside them. */
async function startSandbox(family, env) {
  if (env.SANDBOX === 'on') await family.start((await productSpecs(env)).sandbox)
}

/** The accounts come before the web process, which would have to set aside messages to an account it does not know. */
async function startProduct(family, env) {
  await migrateDatabase(env)
  const { web, drafting, sending, media } = await productSpecs(env)
  return step('starting web, drafting, sending and media', async () => {
    const workers = [drafting, sending, media].map((spec) => family.start(spec))
    const doors = (env.SANDBOX === 'on' ? addSandboxAccounts(env) : Promise.resolve()).then(() => family.start(web))
    const [setupLink] = await Promise.all([findSetupLink(env), doors, ...workers])
    return setupLink
  })
}

async function migrateDatabase(env) {
  const { code, stderr } = await countersign(env, ['migrate'])
  if (code !== 0)
    throw new Halt(`The database could not be brought up to date:\n${stderr.trim()}`, code ?? EXIT.failure)
}

async function addSandboxAccounts(env) {
  const listed = await countersign(env, ['accounts', 'list', '--json'])
  if (listed.code !== 0) throw new Halt(`The accounts could not be read:\n${listed.stderr.trim()}`, EXIT.failure)
  const present = new Set(JSON.parse(listed.stdout).map(({ platform }) => platform))
  const answer = await (await fetch(`${env.SANDBOX_URL}/sandbox/firsts`)).json()
  const lacking = answer.accounts.filter(({ platform }) => !present.has(platform))
  await Promise.all(lacking.map((account) => addAccount(env, account)))
}

async function addAccount(env, account) {
  const { accountRef, name, platform, expiresInSeconds } = account
  const end = expiresInSeconds === null ? [] : ['--expires-at', inSeconds(expiresInSeconds)]
  const args = ['--platform', platform, '--account-ref', accountRef, '--name', name, ...end]
  const added = await countersign(env, ['accounts', 'add', ...args], `${account.token}\n`)
  if (added.code !== 0)
    throw new Halt(`The sandbox's account could not be added:\n${added.stderr.trim()}`, EXIT.failure)
  const accountId = added.stdout.trim()
  // Drafts do without, so nothing here stops the start.
  await Promise.all(
    account.knowledge.map(({ title, body }) =>
      countersign(env, ['knowledge', 'add', accountId, '--title', title], `${body}\n`),
    ),
  )
}

function inSeconds(seconds) {
  return new Date(Date.now() + seconds * 1000).toISOString()
}

// Refused once there is an operator; then there is nothing to print.
async function findSetupLink(env) {
  const { code, stdout } = await countersign(env, ['setup-link'])
  return code === 0 ? stdout.trim() : undefined
}
