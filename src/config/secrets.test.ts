import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { environmentFor, readConfig } from '#src/config.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { openSecrets, warningFor } from './secrets.ts'

const key = generateFernetKey()
const plain = { MEDIA_DIR: '/m', PUBLIC_URL: 'https://reply.example.org' }

/** A Vault that holds these, each at its path, and remembers what it was asked for. */
async function aVault(held: Record<string, string>) {
  const asked: string[] = []
  let status = 200
  const server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? ''
    if (request.url?.includes('/data/')) asked.push(name)
    const value = held[name]
    response.writeHead(status === 200 && value === undefined ? 404 : status)
    response.end(JSON.stringify({ data: { data: { value } } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const env = { ...plain, SECRETS_BACKEND: 'vault', VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'hvs.canary' }
  const answers = (next: number) => {
    status = next
  }
  return { env, held, asked, answers }
}

const stores = { DATABASE_URL: 'mysql://a:canary@h/d', REDIS_URL: 'redis://:canary@h' }
const quick = { deadlineMs: 0 }

describe('a process that asks a backend for its secrets', () => {
  it('asks for its own and no other, and finds no way to the rest in its share', async () => {
    const { env, asked } = await aVault({ ...stores, APP_SECRET_KEY: key, META_APP_SECRET: 'meta-app-secret-01' })
    const { env: whole } = await openSecrets(env, ['sending'])
    expect(asked.sort()).toEqual(['APP_SECRET_KEY', 'DATABASE_URL', 'META_APP_SECRET', 'REDIS_URL'])
    const share = environmentFor(whole, 'sending')
    expect(Object.keys(share).filter((name) => /^(VAULT|AWS|SECRETS)_/.test(name))).toEqual([])
    expect(JSON.stringify(share)).not.toContain('hvs.canary')
    expect(share).toMatchObject({ APP_SECRET_KEY: key, SANDBOX: 'off' })
  })

  it('keeps what its environment says, and asks only for the rest', async () => {
    const { env, asked } = await aVault({ ...stores, ANTHROPIC_API_KEY: 'sk-ant-kept' })
    const given = { ...env, REDIS_URL: 'redis://own', ANTHROPIC_API_KEY_FILE: '/own' }
    const { env: whole } = await openSecrets(given, ['drafting'])
    expect(asked).toEqual(['DATABASE_URL'])
    expect(whole).toMatchObject({ REDIS_URL: 'redis://own', DATABASE_URL: stores.DATABASE_URL })
    expect(whole).not.toHaveProperty('ANTHROPIC_API_KEY')
  })

  it('is told by name what the backend lacks', async () => {
    const { env } = await aVault(stores)
    const { env: whole, live } = await openSecrets(env, ['drafting'])
    expect(() => readConfig(whole, 'drafting', live)).toThrow(
      /^The configuration has a fault:\n {2}ANTHROPIC_API_KEY is/,
    )
  })

  it('takes a new value without being started again, and keeps the old one while the backend is away', async () => {
    const { env, held, answers } = await aVault({ ...stores, ANTHROPIC_API_KEY: 'sk-ant-first' })
    const { env: whole, live, refresh, isHere } = await openSecrets(env, ['drafting'], quick)
    const { anthropicApiKey, databaseUrl } = readConfig(whole, 'drafting', live)
    held['ANTHROPIC_API_KEY'] = 'sk-ant-second'
    held['DATABASE_URL'] = 'mysql://other'
    expect(await refresh()).toEqual([])
    expect(anthropicApiKey.reveal()).toBe('sk-ant-second')
    expect(databaseUrl.reveal()).toBe(stores.DATABASE_URL)
    answers(503)
    expect(isHere?.()).toBe(true)
    expect(await refresh()).toMatchObject([{ reason: 'sealed', variable: 'ANTHROPIC_API_KEY' }])
    expect([anthropicApiKey.reveal(), isHere?.()]).toEqual(['sk-ant-second', false])
    answers(200)
    expect([await refresh(), isHere?.()]).toEqual([[], true])
  })
})

describe('a folder of secrets', () => {
  it('gives each variable that is not set its file, so that a change of it is seen', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'))
    writeFileSync(path.join(folder, 'ANTHROPIC_API_KEY'), 'sk-ant-first\n')
    writeFileSync(path.join(folder, 'redis_url'), 'redis://kept')
    const env = { ...plain, SECRETS_BACKEND: 'file', SECRETS_DIR: folder, DATABASE_URL: stores.DATABASE_URL }
    const { env: whole } = await openSecrets(env, ['drafting'])
    expect(environmentFor(whole, 'drafting')).toMatchObject({
      ANTHROPIC_API_KEY_FILE: path.join(folder, 'ANTHROPIC_API_KEY'),
      REDIS_URL_FILE: path.join(folder, 'redis_url'),
    })
    expect(readConfig(whole, 'drafting').redisUrl.reveal()).toBe('redis://kept')
  })
})

it('the environment alone is taken as it is', async () => {
  const env = { ...plain, ...stores }
  const found = await openSecrets(env, ['web', 'drafting'])
  expect([found.env === env, found.isHere]).toEqual([true, undefined])
})

it.each([
  [{ SECRETS_BACKEND: 'canary' }, /SECRETS_BACKEND must be one of env, file, vault, aws/],
  [{ SECRETS_BACKEND: 'vault' }, /VAULT_ADDR is missing(.|\n)*VAULT_TOKEN is missing, or VAULT_ROLE_ID/],
  [{ SECRETS_BACKEND: 'vault', VAULT_ADDR: 'http://canary.example.org' }, /VAULT_ADDR must start with https/],
  [{ SECRETS_BACKEND: 'vault', VAULT_PATH: '/canary/../..' }, /VAULT_PATH must be a path/],
])('refuses the settings %j by name, without their values', async (env, message) => {
  const fault = openSecrets(env, ['web'])
  await expect(fault).rejects.toThrow(message)
  await expect(fault).rejects.not.toThrow('canary')
})

it('secrets in the environment of a production are warned of, and nowhere else', () => {
  const env = { APP_ENV: 'production', ...stores }
  expect(warningFor(env)).toMatch(/^Secrets stand in the environment/)
  expect(warningFor({ ...env, APP_ENV: 'staging' })).toBeUndefined()
  expect(warningFor({ ...env, SECRETS_BACKEND: 'vault' })).toBeUndefined()
  expect(warningFor({ APP_ENV: 'production', DATABASE_URL_FILE: '/run/secrets/d' })).toBeUndefined()
})
