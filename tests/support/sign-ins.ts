import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import type { Hono } from 'hono'
import { afterAll, expect } from 'vitest'
import { operators } from '#db/schema/operators.ts'
import { readConfig } from '#src/config.ts'
import type { Role } from '#src/domain/identity.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { createHub, createPublisher } from '#src/queues/live.ts'
import { createSandbox } from '#src/sandbox/sandbox.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { createKeyring, generateFernetKey, type Keyring } from '#src/vault/keyring.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { Secret } from '#src/vault/secret.ts'
import { createWeb } from '#src/web.ts'
import { aFactor } from '#tests/support/second-factor.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'
import { runInbox } from '#workers/inbox.ts'

export const APPS = { instagram: '990000000000001', meta: '990000000000002' }
export const SECRETS = { instagram: 'canaryInstagramApp0123', meta: 'canaryMetaApp0123456' }
const PEPPER = 'canarySession'.padEnd(64, '0')
const PASSWORD = 'correct horse battery'

/** The web process and the sandbox, each over HTTP, each knowing where the other is; what arrives is received by a worker. */
export async function aPlace({ env = {} }: { env?: Record<string, string> } = {}) {
  const { db, url: databaseUrl } = await aDatabase()
  const { redis, prefix, url: redisUrl } = aRedis({ forWorkers: true })
  const { redis: listening } = aRedis({ forWorkers: true })
  let app: Hono | undefined
  const url = await served((request, bindings) => app?.fetch(request, bindings) ?? new Response(null, { status: 503 }))
  const sandbox = createSandbox({
    seed: '7',
    webhookUrl: `${url}/webhooks/instagram`,
    consoleUrl: url,
    appSecret: SECRETS.instagram,
    page: { webhookUrl: `${url}/webhooks/messenger`, appSecret: SECRETS.meta },
    appId: APPS.meta,
    instagramAppId: APPS.instagram,
    anthropicApiKey: 'sk-ant-sandbox-test',
  })
  afterAll(() => sandbox.close())
  const sandboxUrl = await sandbox.listen()
  const settings = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PUBLIC_URL: url,
    APP_SECRET_KEY: generateFernetKey(),
    SESSION_SECRET: PEPPER,
    APPROVAL_SIGNING_KEY: generateApprovalKeys().privateKey,
    AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
    WEBHOOK_VERIFY_TOKEN: 'verify-token-0123456789',
    INSTAGRAM_APP_ID: APPS.instagram,
    META_APP_ID: APPS.meta,
    INSTAGRAM_APP_SECRET: SECRETS.instagram,
    META_APP_SECRET: SECRETS.meta,
    MEDIA_DIR: '/nowhere',
    INSTAGRAM_LOGIN_URL: sandboxUrl,
    INSTAGRAM_API_URL: sandboxUrl,
    INSTAGRAM_GRAPH_URL: sandboxUrl,
    META_LOGIN_URL: sandboxUrl,
    META_GRAPH_URL: sandboxUrl,
    ...env,
  }
  const lines: string[] = []
  const log = createLogger({ level: 'debug', pretty: false, process: 'web', write: (line) => lines.push(line) })
  const { bell, close } = createBell(redis, prefix)
  const publish = createPublisher(redis)
  const clock = { offsetMs: 0 }
  const now = () => new Date(Date.now() + clock.offsetMs)
  const inbox = runInbox({ connection: redis, prefix, log, receive: createReceive({ db, bell, publish, now }) })
  afterAll(async () => {
    await inbox.close()
    await close()
  })
  const config = readConfig(settings, 'web')
  app = createWeb({
    ...{ config, db, bell, log, now, publish, live: createHub(listening), lanes: createLanes(redis, prefix) },
    redisLook: createRedisLook(redis),
    ping: () => redis.ping(),
    isRedisHere: () => true,
  })
  return {
    ...{ db, redis, url, sandbox, sandboxUrl, settings, lines, clock, now },
    keyring: createKeyring(config.appSecretKey),
    visit: (options?: { role?: Role }) =>
      aVisitor({ db, url, keyring: createKeyring(config.appSecretKey), now }, options),
    browser: () => aBrowserOf(url),
  }
}

async function served(fetch: Parameters<typeof serve>[0]['fetch']): Promise<string> {
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1', createServer }) as Server
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export type Visitor = ReturnType<typeof aBrowserOf>

/** A browser without scripts that keeps its cookies and follows nothing by itself. */
function aBrowserOf(url: string) {
  const cookies = new Map<string, string>()
  const request = async (path: string, init: RequestInit = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) }
    const answer = await fetch(new URL(path, url), { redirect: 'manual', ...init, headers })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    return answer
  }
  return {
    cookies,
    request,
    open: async (path: string) => (await request(path)).text(),
    send: (path: string, fields: Record<string, string> | [string, string][] = {}) =>
      request(path, { method: 'POST', headers: { origin: url }, body: new URLSearchParams(fields) }),
  }
}

interface Place {
  db: Awaited<ReturnType<typeof aDatabase>>['db']
  url: string
  keyring: Keyring
  now: () => Date
}

/** Somebody who is signed in, by password and by the code of an app. */
async function aVisitor({ db, url, keyring, now }: Place, { role = 'admin' as Role } = {}) {
  const operator = await anOperator(db, { role })
  const passwordHash = await hashPassword(PASSWORD, new Secret(PEPPER), 4)
  await db.update(operators).set({ passwordHash }).where(eq(operators.id, operator.id))
  const factor = await aFactor(db, operator.id, keyring)
  const browser = aBrowserOf(url)
  expect((await browser.send('/sign-in', { email: operator.email, password: PASSWORD })).status).toBe(303)
  expect((await browser.send('/sign-in/code', { code: factor.codeAt(now()) })).status).toBe(303)
  return { ...browser, operator }
}

/** The platform's address to which the console leads. */
export async function leave(visitor: Visitor, platform: Platform, account?: string): Promise<string> {
  const answer = await visitor.send(`/connect/${platform}/login`, account ? { account } : {})
  expect(answer.status).toBe(200)
  const href = /<a class="button button-primary" href="([^"]+)"/.exec(await answer.text())?.[1] ?? ''
  return href.replaceAll('&amp;', '&')
}

interface Answer {
  /** By their names; the first one when none is named. */
  accounts?: string[]
  without?: string[]
  answer?: 'allow' | 'deny'
}

/** What a person does in the sandbox's dialog: answers where the platform leads back to. */
export async function answerDialog(url: string, { accounts, without = [], answer = 'allow' }: Answer = {}) {
  const shown = await fetch(url)
  expect(shown.status).toBe(200)
  const html = await shown.text()
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value.replaceAll('&amp;', '&')])
  const offered = [...html.matchAll(/name="account" value="(\d+)"[\s\S]*?<b>([^<]+)<\/b>/g)]
  const chosen = offered.filter(([, , name = ''], index) => (accounts ? accounts.includes(name) : index === 0))
  const scopes = [...html.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => scope)
  fields.push(...chosen.map(([, ref = '']): [string, string] => ['account', ref]))
  fields.push(...scopes.filter((scope) => !without.includes(scope)).map((scope): [string, string] => ['scope', scope]))
  const decided = await fetch(new URL('/login/decision', url), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams([...fields, ['answer', answer]]),
  })
  expect(decided.status).toBe(303)
  return decided.headers.get('location') ?? ''
}
