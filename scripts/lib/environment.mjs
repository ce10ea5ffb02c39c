import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { alone } from './lock.mjs'
import { privateFolder, root } from './place.mjs'
import { EXIT, Halt } from './say.mjs'

/**
 * The settings a person gave: the real environment, over `.env.<APP_ENV>`, over `.env`. Empty values count as not given.
 * COUNTERSIGN_SETTINGS names another folder for the two files.
 */
export function givenEnvironment(place = {}) {
  return settingsLayers(place).reduce((upper, { settings }) => underlay(upper, settings), {})
}

/** The same, layer by layer: which comes first, and what it is called. */
export function settingsLayers({ env = process.env, folder = env.COUNTERSIGN_SETTINGS || root } = {}) {
  const real = withoutEmpty(env)
  const plain = readEnvFile(path.join(folder, '.env'))
  const kind = real.APP_ENV ?? plain.APP_ENV
  const special = kind && /^[\w-]+$/.test(kind) ? [`.env.${kind}`] : []
  return [
    { from: 'environment', settings: real },
    ...special.map((name) => ({ from: name, settings: readEnvFile(path.join(folder, name)) })),
    { from: '.env', settings: plain },
  ]
}

/** Remembers for each variable, by its name alone, what brought its present value. */
export function createSources() {
  const sources = {}
  let known = {}
  return {
    note(env, from) {
      for (const [name, value] of Object.entries(env)) if (known[name] !== value) sources[name] = from
      known = env
      return env
    },
    sources,
  }
}

/** The files of settings that others on this machine can read, in words. */
export function exposedFiles({ env = process.env, folder = env.COUNTERSIGN_SETTINGS || root } = {}) {
  const files = (existsSync(folder) ? readdirSync(folder) : []).filter((name) =>
    /^\.env(\.(?!example$)[\w-]+)?$/.test(name),
  )
  const isExposed = (name) => (statSync(path.join(folder, name)).mode & 0o044) !== 0
  return files
    .filter(isExposed)
    .map((name) => `${name} may hold secrets and can be read by others on this machine: chmod 600 ${name}`)
}

/** Adds what `lower` has and `upper` lacks. NAME and NAME_FILE are one thing: the upper layer's word on either hides both. */
export function underlay(upper, lower) {
  const added = Object.entries(lower).filter(([name]) => {
    const base = name.replace(/_FILE$/, '')
    return !(base in upper) && !(`${base}_FILE` in upper)
  })
  return { ...upper, ...Object.fromEntries(added) }
}

function withoutEmpty(env) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
}

function readEnvFile(file) {
  try {
    return withoutEmpty(parseEnv(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw new Halt(`${file} cannot be read`, EXIT.config)
  }
}

/** The secrets that nobody gave: made once, kept in `secrets.env` for the owner's eyes only. */
export function generatedSecrets(folder) {
  return alone(path.join(privateFolder(folder), 'secrets.lock'), () => readOrMake(path.join(folder, 'secrets.env')))
}

function readOrMake(file) {
  const present = readEnvFile(file)
  const lacking = Object.entries(newSecrets(present)).filter(([name]) => !(name in present))
  if (lacking.length === 0) return present
  writeSecrets(file, { ...present, ...Object.fromEntries(lacking) })
  return readEnvFile(file)
}

// The file appears whole or not at all.
function writeSecrets(file, secrets) {
  const fresh = `${file}.new`
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`)
  rmSync(fresh, { force: true })
  writeFileSync(
    fresh,
    `# Made by npm start. Whoever has this file can open the stored account tokens: keep it, and keep it secret.\n${lines.join('')}`,
    { mode: 0o600 },
  )
  renameSync(fresh, file)
}

function newSecrets(present) {
  return {
    APP_SECRET_KEY: randomBytes(32).toString('base64url').padEnd(44, '='),
    SESSION_SECRET: randomBytes(32).toString('hex'),
    ...Object.assign({}, ...PAIRS.filter((pair) => !present[`${pair}_SIGNING_KEY`]).map(keyPair)),
    WEBHOOK_VERIFY_TOKEN: randomBytes(16).toString('hex'),
    PRIVATE_MYSQL_PASSWORD: randomBytes(24).toString('hex'),
    PRIVATE_REDIS_PASSWORD: randomBytes(24).toString('hex'),
    SANDBOX_APP_SECRET: randomBytes(16).toString('hex'),
    SANDBOX_META_SECRET: randomBytes(16).toString('hex'),
    SANDBOX_CLAUDE_KEY: `sk-ant-sandbox-${randomBytes(16).toString('hex')}`,
  }
}

function keyPair(pair) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    [`${pair}_SIGNING_KEY`]: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    [`${pair}_PUBLIC_KEY`]: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  }
}

/** Pairs of Ed25519 keys, by the beginning of their two names. */
const PAIRS = ['APPROVAL', 'AUDIT']

/** What `npm start` makes for the product itself; the passwords of private servers and the sandbox's secrets are not for everybody. */
const PRODUCT_SECRETS = ['APP_SECRET_KEY', 'SESSION_SECRET', 'WEBHOOK_VERIFY_TOKEN']

/** Where secrets are kept for good: what lacks there is a fault, and not to be made by us on the quiet. */
const KEEPERS = ['vault', 'aws']

/** The settings with the generated secrets under them. */
export function withSecrets(given, generated) {
  const secrets = KEEPERS.includes(given.SECRETS_BACKEND) ? {} : generated
  const ours = Object.fromEntries(PRODUCT_SECRETS.map((name) => [name, secrets[name]]))
  return underlay(given, withoutEmpty(Object.assign(ours, ...PAIRS.map((pair) => pairOf(pair, given, secrets)))))
}

/** Both halves given, or both ours. */
function pairOf(pair, given, secrets) {
  const names = [`${pair}_SIGNING_KEY`, `${pair}_PUBLIC_KEY`]
  const isGiven = names.some((name) => name in given || `${name}_FILE` in given)
  return isGiven ? publicHalf(pair, given) : Object.fromEntries(names.map((name) => [name, secrets[name]]))
}

function publicHalf(pair, { [`${pair}_SIGNING_KEY`]: key }) {
  try {
    const der = createPublicKey({ key: Buffer.from(key, 'base64'), type: 'pkcs8', format: 'der' }).export({
      type: 'spki',
      format: 'der',
    })
    return { [`${pair}_PUBLIC_KEY`]: der.toString('base64') }
  } catch {
    // Not a key, or in a file: the configuration's own check names it.
    return {}
  }
}

/** The apps that the sandbox plays; ids are no secrets. */
const SANDBOX_APPS = { instagram: '990000000000001', meta: '1517776481860111' }
/** Every address of a platform that a process may be told. */
const PLATFORM_URLS = [
  'INSTAGRAM_LOGIN_URL',
  'INSTAGRAM_API_URL',
  'INSTAGRAM_GRAPH_URL',
  'META_LOGIN_URL',
  'META_GRAPH_URL',
]

/** With the sandbox on, the platforms and, unless there is a key for the real one, Claude are found there. */
export function withSandbox(env, { port, secrets, folder }) {
  const url = `http://127.0.0.1:${port}`
  const hasClaude = 'ANTHROPIC_API_KEY' in env || 'ANTHROPIC_API_KEY_FILE' in env
  const claude = hasClaude ? {} : { ANTHROPIC_API_KEY: secrets.SANDBOX_CLAUDE_KEY, ANTHROPIC_BASE_URL: `${url}/claude` }
  const defaults = {
    ...claude,
    SANDBOX_URL: url,
    SANDBOX_STATE: path.join(folder, 'sandbox.jsonl'),
    INSTAGRAM_APP_ID: SANDBOX_APPS.instagram,
    META_APP_ID: SANDBOX_APPS.meta,
    INSTAGRAM_APP_SECRET: secrets.SANDBOX_APP_SECRET,
    META_APP_SECRET: secrets.SANDBOX_META_SECRET,
  }
  // Files without a row are swept, and the sandbox has rows of its own: what customers sent lies elsewhere.
  const media = { MEDIA_ORIGIN: url, MEDIA_DIR: path.join(folder, 'sandbox-media') }
  // Never the real platforms, even where a copied .env.example names them.
  const places = Object.fromEntries(PLATFORM_URLS.map((name) => [name, url]))
  const fixed = { SANDBOX: 'on', SANDBOX_PORT: String(port), ...places, ...media }
  return { ...underlay(env, defaults), ...fixed }
}

/** Keeps where this run's stores and sandbox are, for commands given beside it. */
export function keepAddresses(folder, env) {
  const names = ['DATABASE_URL', 'REDIS_URL', 'PORT', 'SANDBOX', 'SANDBOX_URL']
  const lines = names.filter((name) => name in env).map((name) => `${name}=${env[name]}\n`)
  writeFileSync(path.join(folder, 'addresses.env'), lines.join(''), { mode: 0o600 })
}

export function keptAddresses(folder) {
  return readEnvFile(path.join(folder, 'addresses.env'))
}
