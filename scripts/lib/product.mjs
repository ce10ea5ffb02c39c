import { spawn } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { withSandbox } from './environment.mjs'
import { root } from './place.mjs'
import { EXIT, Halt, say } from './say.mjs'

const dist = (file) => path.join(root, 'dist', file)
const WORKING = ['web', 'drafting', 'sending', 'media']

/** A module of the built product. */
export function built(file) {
  return import(pathToFileURL(dist(file)).href)
}

/** The settings with the sandbox in them, if it is on; production never has one. */
export async function withSandboxIfOn(env, { port, secrets, folder }) {
  const { environmentFor } = await built('src/config.js')
  if (environmentFor(env, 'web').SANDBOX !== 'on' || env.APP_ENV === 'production') return env
  return withSandbox(env, { port: await port(), secrets, folder })
}

/** The settings with the secrets that are kept elsewhere: the processes get theirs from here, and nobody the way to all. */
export async function withKeptSecrets(env) {
  const { openSecrets } = await built('src/config/secrets.js')
  try {
    return (await openSecrets(env, [...WORKING, 'cli', 'sandbox'])).env
  } catch (error) {
    if (error.name !== 'SecretsError' && error.name !== 'ConfigError') throw error
    throw new Halt(error.message, error.isPassing ? EXIT.unavailable : EXIT.config)
  }
}

/** In production, secrets deserve a better place than the environment. */
export async function warnOfPlainSecrets(env) {
  const { warningFor } = await built('src/config/secrets.js')
  const warning = warningFor(env)
  if (warning) say(warning)
}

/** Stands for the addresses of private servers while these are not running. */
export const laterAddresses = { DATABASE_URL: 'mysql://later@localhost/later', REDIS_URL: 'redis://later' }

/** Every fault of every process's configuration in one message, by name, never by value. */
export async function checkConfig(env, roles = WORKING) {
  const { readConfig, ConfigError } = await built('src/config.js')
  const faults = new Set(roles.flatMap((role) => faultsOf(() => readConfig(env, role), ConfigError)))
  if (faults.size === 0) return
  throw new Halt(
    `The configuration cannot be used:\n${[...faults].map((fault) => `  ${fault}`).join('\n')}`,
    EXIT.config,
  )
}

function faultsOf(read, ConfigError) {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

/** The processes of the product, each with the variables of its role and no others. */
export async function productSpecs(env) {
  const { environmentFor } = await built('src/config.js')
  const spec = (name, file, { args = [], ...rest }) => ({
    name,
    command: process.execPath,
    args: [dist(file), ...args],
    env: environmentFor(env, name),
    marker: dist(file),
    ...rest,
  })
  return {
    sandbox: spec('sandbox', 'src/sandbox/main.js', {
      rank: 2,
      stopMs: 5000,
      isReady: answersOk(`${env.SANDBOX_URL}/sandbox/account`),
    }),
    web: spec('web', 'src/server.js', { rank: 0, stopMs: 10_000, isReady: answersOk(`${localUrl(env)}/readyz`) }),
    drafting: spec('drafting', 'workers/main.js', { args: ['drafting'], rank: 1, stopMs: 15_000 }),
    sending: spec('sending', 'workers/main.js', { args: ['sending'], rank: 1, stopMs: 15_000 }),
    media: spec('media', 'workers/main.js', { args: ['media'], rank: 1, stopMs: 15_000 }),
  }
}

/** Where people reach the web process. Links and the check of a form's origin go by it. */
export async function publicUrl(env) {
  const { readConfig } = await built('src/config.js')
  return readConfig(env, 'web').publicUrl
}

/** Where this machine reaches the web process, whatever its public address. */
function localUrl({ HOST = '127.0.0.1', PORT = '3000' }) {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`
}

function answersOk(url) {
  return async () => {
    try {
      return (await fetch(url, { signal: AbortSignal.timeout(2000), redirect: 'manual' })).ok
    } catch {
      return false
    }
  }
}

/** Runs one command of the product's own command line; `input` goes to its standard input. */
export async function countersign(env, args, input = '') {
  const { environmentFor } = await built('src/config.js')
  const child = spawn(process.execPath, [dist('src/cli.js'), ...args], {
    cwd: root,
    env: environmentFor(env, 'cli'),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ])
  return { code, stdout, stderr }
}

async function textOf(stream) {
  const parts = []
  for await (const part of stream.setEncoding('utf8')) parts.push(part)
  return parts.join('')
}
