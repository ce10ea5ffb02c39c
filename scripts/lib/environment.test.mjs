import { createPublicKey } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createSources,
  exposedFiles,
  generatedSecrets,
  givenEnvironment,
  keepAddresses,
  keptAddresses,
  settingsLayers,
  underlay,
  withSandbox,
  withSecrets,
} from './environment.mjs'

function aFolder(files = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'environment-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('givenEnvironment', () => {
  it('takes the real environment over .env.<APP_ENV> over .env', () => {
    const folder = aFolder({
      '.env': 'APP_ENV=staging\nA=plain\nB=plain\nC=plain\n',
      '.env.staging': 'A=special\nB=special\n',
    })
    expect(givenEnvironment({ env: { A: 'real' }, folder })).toEqual({
      A: 'real',
      B: 'special',
      C: 'plain',
      APP_ENV: 'staging',
    })
  })

  it('counts an empty value as not given, so a copied .env.example hides nothing', () => {
    const folder = aFolder({ '.env': 'A=\nB=plain\n' })
    expect(givenEnvironment({ env: { B: '' }, folder })).toEqual({ B: 'plain' })
  })

  it('lets NAME above hide NAME_FILE below, and the other way round', () => {
    const folder = aFolder({ '.env': 'A=plain\nB_FILE=/plain\n' })
    expect(givenEnvironment({ env: { A_FILE: '/real', B: 'real' }, folder })).toEqual({ A_FILE: '/real', B: 'real' })
  })

  it('reads quotes, comments, export and values of several lines as Node does', () => {
    const text = `# Comment\nexport A=1\nB="two\nlines"\nC=plain # tail\nD='# kept'\nE="it's"\n`
    const folder = aFolder({ '.env.production': text, '.env': 'A=hidden\n' })
    const { APP_ENV, ...settings } = givenEnvironment({ env: { APP_ENV: 'production' }, folder })
    expect(APP_ENV).toBe('production')
    expect(settings).toEqual({ A: '1', B: 'two\nlines', C: 'plain', D: '# kept', E: "it's" })
  })

  it.each(['development', 'staging', 'production'])('reads the file of %s and of no other kind', (kind) => {
    const kinds = ['development', 'staging', 'production']
    const folder = aFolder(Object.fromEntries(kinds.map((one) => [`.env.${one}`, `FROM=${one}\n`])))
    expect(givenEnvironment({ env: { APP_ENV: kind }, folder })).toEqual({ APP_ENV: kind, FROM: kind })
  })
})

describe('where settings come from', () => {
  it('tells of each variable which layer it came from, and remembers no value', () => {
    const folder = aFolder({ '.env': 'B=canary-plain\nC=canary-plain\n', '.env.staging': 'B=canary-special\n' })
    const { note, sources } = createSources()
    let env = {}
    for (const { from, settings } of settingsLayers({ env: { APP_ENV: 'staging', A: 'canary-real' }, folder })) {
      env = note(underlay(env, settings), from)
    }
    note({ ...env, C: 'changed' }, 'sandbox')
    expect(sources).toEqual({ APP_ENV: 'environment', A: 'environment', B: '.env.staging', C: 'sandbox' })
  })

  it('warns of files of settings that others can read, and of no template', () => {
    const folder = aFolder({ '.env': 'A=1\n', '.env.staging': 'A=1\n', '.env.example': 'A=\n', 'x.env': '' })
    chmodSync(path.join(folder, '.env'), 0o600)
    chmodSync(path.join(folder, '.env.staging'), 0o640)
    expect(exposedFiles({ folder })).toEqual([expect.stringMatching(/^\.env\.staging .* chmod 600 \.env\.staging$/)])
  })

  it('reads no file outside the folder, whatever APP_ENV says', () => {
    const folder = aFolder({})
    expect(givenEnvironment({ env: { APP_ENV: '../x' }, folder })).toEqual({ APP_ENV: '../x' })
  })
})

describe('generatedSecrets', () => {
  it('makes them once and keeps them for the owner alone', async () => {
    const folder = aFolder()
    const first = await generatedSecrets(folder)
    expect(await generatedSecrets(folder)).toEqual(first)
    expect(statSync(path.join(folder, 'secrets.env')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  it('gives everybody the same when several first starts race', async () => {
    const folder = aFolder()
    const all = await Promise.all(Array.from({ length: 5 }, () => generatedSecrets(folder)))
    expect(new Set(all.map((one) => one.APP_SECRET_KEY)).size).toBe(1)
  })

  it('keeps what stands there when a newer version needs more', async () => {
    const folder = aFolder({ 'secrets.env': 'APP_SECRET_KEY=old\n' })
    expect(await generatedSecrets(folder)).toMatchObject({
      APP_SECRET_KEY: 'old',
      SESSION_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})

describe('withSecrets', () => {
  it('puts no secret of the sandbox or of a private server into the settings', async () => {
    const env = withSecrets({}, await generatedSecrets(aFolder()))
    expect(Object.keys(env).sort()).toEqual([
      'APPROVAL_PUBLIC_KEY',
      'APPROVAL_SIGNING_KEY',
      'APP_SECRET_KEY',
      'AUDIT_PUBLIC_KEY',
      'AUDIT_SIGNING_KEY',
      'SESSION_SECRET',
      'WEBHOOK_VERIFY_TOKEN',
    ])
  })

  const pairs = [
    ['APPROVAL_SIGNING_KEY', 'APPROVAL_PUBLIC_KEY'],
    ['AUDIT_SIGNING_KEY', 'AUDIT_PUBLIC_KEY'],
  ]

  it.each(pairs)('takes the public half from a %s that was given, never a foreign one', async (signing, open) => {
    const { [signing]: key } = await generatedSecrets(aFolder())
    const env = withSecrets({ [signing]: key }, await generatedSecrets(aFolder()))
    const half = createPublicKey({ key: Buffer.from(key, 'base64'), type: 'pkcs8', format: 'der' })
    expect(env[open]).toBe(half.export({ type: 'spki', format: 'der' }).toString('base64'))
  })

  it.each(pairs)('adds no %s to a %s that was given', async (signing, open) => {
    const env = withSecrets({ [open]: 'theirs' }, await generatedSecrets(aFolder()))
    expect(env).not.toHaveProperty(signing)
  })
})

describe('withSandbox', () => {
  const secrets = { SANDBOX_APP_SECRET: 'app', SANDBOX_META_SECRET: 'meta', SANDBOX_CLAUDE_KEY: 'claude' }

  it('plays Claude when nobody gave a key', () => {
    expect(withSandbox({}, { port: 4000, secrets, folder: '/data' })).toMatchObject({
      ANTHROPIC_API_KEY: 'claude',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:4000/claude',
      INSTAGRAM_GRAPH_URL: 'http://127.0.0.1:4000',
    })
  })

  it('signs for Instagram and for Pages with secrets of its own, unless they are given', () => {
    const made = { INSTAGRAM_APP_SECRET: 'app', META_APP_SECRET: 'meta' }
    expect(withSandbox({}, { port: 4000, secrets, folder: '/data' })).toMatchObject(made)
    const given = { META_APP_SECRET: 'theirs' }
    expect(withSandbox(given, { port: 4000, secrets, folder: '/data' })).toMatchObject({ ...made, ...given })
  })

  it('never lets the real platforms be asked, even where a copied .env.example names them', () => {
    const given = {
      INSTAGRAM_LOGIN_URL: 'https://www.instagram.com',
      INSTAGRAM_API_URL: 'https://api.instagram.com',
      INSTAGRAM_GRAPH_URL: 'https://graph.instagram.com',
      META_LOGIN_URL: 'https://www.facebook.com',
      META_GRAPH_URL: 'https://graph.facebook.com',
    }
    const env = withSandbox(given, { port: 4000, secrets, folder: '/data' })
    for (const name of Object.keys(given)) expect(env[name], name).toBe('http://127.0.0.1:4000')
  })

  it('plays an app of each platform, so that accounts can be connected by signing in, unless one is given', () => {
    const made = {
      INSTAGRAM_APP_ID: expect.stringMatching(/^\d{15,16}$/),
      META_APP_ID: expect.stringMatching(/^\d{15,16}$/),
    }
    expect(withSandbox({}, { port: 4000, secrets, folder: '/data' })).toMatchObject(made)
    const given = { META_APP_ID: '1234567' }
    expect(withSandbox(given, { port: 4000, secrets, folder: '/data' })).toMatchObject({ ...made, ...given })
  })

  it('keeps its files apart from those of customers, wherever these are', () => {
    const env = withSandbox({ MEDIA_DIR: '/srv/media' }, { port: 4000, secrets, folder: '/data' })
    expect(env).toMatchObject({ MEDIA_DIR: '/data/sandbox-media', MEDIA_ORIGIN: 'http://127.0.0.1:4000' })
  })

  it.each(['ANTHROPIC_API_KEY', 'ANTHROPIC_API_KEY_FILE'])('leaves Claude alone when %s is given', (name) => {
    const env = withSandbox({ [name]: 'theirs' }, { port: 4000, secrets, folder: '/data' })
    expect(env).not.toHaveProperty('ANTHROPIC_BASE_URL')
    expect(env[name]).toBe('theirs')
  })
})

it('finds the addresses of the last start again, for commands given beside it, and no secret but those of the stores', () => {
  const folder = aFolder()
  expect(keptAddresses(folder)).toEqual({})
  const DATABASE_URL = 'mysql://u:p@localhost/d?socketPath=%2Fx'
  keepAddresses(folder, { DATABASE_URL, PORT: '3000', SESSION_SECRET: 'no' })
  expect(keptAddresses(folder)).toEqual({ DATABASE_URL, PORT: '3000' })
  expect(statSync(path.join(folder, 'addresses.env')).mode & 0o777).toBe(0o600)
})

it.each(['vault', 'aws'])('makes no secret of the product where they are kept in %s', async (SECRETS_BACKEND) => {
  const { APPROVAL_SIGNING_KEY, ...secrets } = await generatedSecrets(aFolder())
  expect(withSecrets({ SECRETS_BACKEND }, secrets)).toEqual({ SECRETS_BACKEND })
  expect(withSecrets({ SECRETS_BACKEND, APPROVAL_SIGNING_KEY }, secrets)).toHaveProperty('APPROVAL_PUBLIC_KEY')
})
