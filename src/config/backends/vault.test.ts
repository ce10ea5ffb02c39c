import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { SecretsError } from '#src/config/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import { createVault, type VaultOptions } from './vault.ts'

interface Asked {
  method: string
  path: string
  token: string | undefined
  namespace: string | undefined
}

const CANARY = 'canary-value-0123456789'
const servers: { close(): void }[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** A Vault with one secret, one AppRole and tokens that live for a while. */
async function aVault({ ttl = 3600, renewable = true, tokens = ['hvs.root'] } = {}) {
  const asked: Asked[] = []
  const valid = new Set(tokens)
  /** Answers in place of its own, one for each call. */
  const next: { status: number; headers?: Record<string, string> }[] = []
  let serial = 0
  const auth = (token: string) => ({ auth: { client_token: token, lease_duration: ttl, renewable } })

  function signIn(body: string): [number, unknown] {
    const { role_id: role, secret_id: secret } = JSON.parse(body)
    if (role !== 'reply' || secret !== 'canary-secret-id') return [400, { errors: ['invalid role or secret ID'] }]
    const token = `hvs.${++serial}`
    valid.add(token)
    return [200, auth(token)]
  }

  /** What is answered to a token that is valid. */
  const held: Record<string, [number, unknown]> = {
    'auth/token/lookup-self': [200, { data: { ttl, renewable } }],
    'auth/token/renew-self': renewable ? [200, auth('hvs.1')] : [403, {}],
    'secret/data/countersign/ANTHROPIC_API_KEY': [200, { data: { data: { value: CANARY }, metadata: { version: 3 } } }],
    'secret/data/countersign/ODD': [200, { data: { data: { other: CANARY } } }],
    'secret/data/countersign/FORBIDDEN': [403, { errors: ['1 error occurred'] }],
  }

  function answer({ path, token = '' }: Asked, body: string): [number, unknown] {
    if (path === '/v1/auth/approle/login') return signIn(body)
    if (!valid.has(token)) return [403, { errors: ['permission denied'] }]
    return held[path.replace('/v1/', '')] ?? [404, { errors: [] }]
  }

  const server = createServer(async (request, response) => {
    const one = askedOf(request)
    asked.push(one)
    let body = ''
    for await (const part of request) body += part
    const instead = next.shift()
    const [status, json] = instead ? [instead.status, { errors: [CANARY] }] : answer(one, body)
    response.writeHead(status, { 'Content-Type': 'application/json', ...instead?.headers }).end(JSON.stringify(json))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const paths = () => asked.map(({ path }) => path.replace('/v1/', ''))
  const open = (more: Partial<VaultOptions> = {}) =>
    createVault({ address, mount: 'secret', path: 'countersign', pauseMs: 1, deadlineMs: 2000, ...more })
  return { asked, paths, next, valid, open, server }
}

function askedOf({ method = '', url = '', headers }: IncomingMessage): Asked {
  const [token, namespace] = [headers['x-vault-token'], headers['x-vault-namespace']].map((one) => one?.toString())
  return { method, path: url, token, namespace }
}

const token = new Secret('hvs.root')
const role = { roleId: 'reply', secretId: new Secret('canary-secret-id') }

/** What a fault says to a person. */
async function faultOf(work: Promise<unknown>): Promise<SecretsError> {
  const error = await work.then(
    () => expect.unreachable('it did not fail'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SecretsError)
  expect(JSON.stringify(error) + String(error)).not.toContain('canary')
  return error as SecretsError
}

describe('a secret in Vault', () => {
  it('is read from a path of its own, with the token and in the namespace', async () => {
    const { asked, open } = await aVault()
    const vault = open({ token, namespace: 'team/a' })
    expect(await vault.find('ANTHROPIC_API_KEY')).toEqual({ text: CANARY })
    expect(asked.at(-1)).toEqual({
      method: 'GET',
      path: '/v1/secret/data/countersign/ANTHROPIC_API_KEY',
      token: 'hvs.root',
      namespace: 'team/a',
    })
  })

  it('that is not there is none, and one without the field is a fault', async () => {
    const { open } = await aVault()
    expect(await open({ token }).find('SESSION_SECRET')).toBeUndefined()
    expect(await faultOf(open({ token }).find('ODD'))).toMatchObject({ reason: 'malformed', variable: 'ODD' })
  })

  it('that is denied is told at once by name, and never asked for again', async () => {
    const { open, paths } = await aVault()
    const fault = await faultOf(open({ token }).find('FORBIDDEN'))
    expect(fault).toMatchObject({ backend: 'vault', variable: 'FORBIDDEN', reason: 'denied', isPassing: false })
    expect(fault.message).toBe('FORBIDDEN: vault does not let us have it (403)')
    expect(paths().filter((path) => path.endsWith('FORBIDDEN'))).toHaveLength(1)
  })

  it.each([
    ['throttles', 429],
    ['is sealed', 503],
    ['fails', 500],
  ])('is asked for again while Vault %s', async (_, status) => {
    const { open, next, paths } = await aVault()
    const vault = open({ token })
    await vault.find('SESSION_SECRET')
    next.push({ status }, { status })
    expect(await vault.find('ANTHROPIC_API_KEY')).toEqual({ text: CANARY })
    expect(paths().filter((path) => path.endsWith('ANTHROPIC_API_KEY'))).toHaveLength(3)
  })

  it.each([
    ['sealed', 503],
    ['throttled', 429],
    ['away', 502],
  ])('is given up at the deadline while it is %s', async (reason, status) => {
    const { open, next } = await aVault()
    next.push(...Array.from({ length: 500 }, () => ({ status })))
    const fault = await faultOf(open({ token, deadlineMs: 1000 }).find('ANTHROPIC_API_KEY'))
    expect(fault).toMatchObject({ reason, isPassing: true })
  })

  it('is not waited for longer than the deadline, whatever Vault asks', async () => {
    const { open, next } = await aVault()
    next.push({ status: 429, headers: { 'Retry-After': '3600' } })
    expect(await faultOf(open({ token }).find('ANTHROPIC_API_KEY'))).toMatchObject({ reason: 'throttled' })
  })

  it('is away when nobody listens', async () => {
    const { open, server } = await aVault()
    server.close()
    expect(await faultOf(open({ token, deadlineMs: 20 }).find('X'))).toMatchObject({ reason: 'away' })
  })
})

describe('an AppRole', () => {
  it('signs in once for all secrets', async () => {
    const { open, paths } = await aVault()
    const vault = open(role)
    await Promise.all(['ANTHROPIC_API_KEY', 'SESSION_SECRET', 'X'].map((name) => vault.find(name)))
    expect(paths().filter((path) => path === 'auth/approle/login')).toHaveLength(1)
  })

  it('that is refused is a fault without its ids', async () => {
    const { open } = await aVault()
    const wrong = { roleId: 'canary-role', secretId: new Secret('canary-wrong') }
    expect(await faultOf(open(wrong).find('ANTHROPIC_API_KEY'))).toMatchObject({ reason: 'denied' })
  })

  it('has its token renewed at half of the lease, and not before', async () => {
    let at = 0
    const { open, paths } = await aVault({ ttl: 100 })
    const vault = open({ ...role, now: () => at })
    const renewals = () => paths().filter((path) => path === 'auth/token/renew-self').length
    await vault.find('X')
    at = 49_000
    await vault.find('X')
    expect(renewals()).toBe(0)
    at = 51_000
    await Promise.all([vault.find('X'), vault.find('X')])
    expect(renewals()).toBe(1)
    at = 99_000
    await vault.find('X')
    expect(renewals()).toBe(1)
    at = 102_000
    await vault.find('X')
    expect(renewals()).toBe(2)
    expect(paths().filter((path) => path === 'auth/approle/login')).toHaveLength(1)
  })

  it('signs in anew when its token cannot be renewed, or was taken away', async () => {
    let at = 0
    const { open, paths, valid } = await aVault({ ttl: 100, renewable: false })
    const vault = open({ ...role, now: () => at })
    const logins = () => paths().filter((path) => path === 'auth/approle/login').length
    await vault.find('X')
    at = 60_000
    await vault.find('X')
    expect(logins()).toBe(2)
    valid.clear()
    expect(await vault.find('ANTHROPIC_API_KEY')).toEqual({ text: CANARY })
    expect(logins()).toBe(3)
  })

  it('recovers after it could not sign in', async () => {
    const { open, next } = await aVault()
    const vault = open({ ...role, deadlineMs: 0 })
    next.push({ status: 503 })
    await faultOf(vault.find('ANTHROPIC_API_KEY'))
    expect(await vault.find('ANTHROPIC_API_KEY')).toEqual({ text: CANARY })
  })
})

it('a token that may not ask about itself is used as it is', async () => {
  const { open, next } = await aVault()
  next.push({ status: 403 })
  expect(await open({ token }).find('ANTHROPIC_API_KEY')).toEqual({ text: CANARY })
})
