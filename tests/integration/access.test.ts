import { describe, expect, it } from 'vitest'
import { access } from '#src/access.ts'
import { keyMay } from '#src/domain/api-key.ts'
import { may, type Permission, roles, type Scope, scopes } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import type { CredentialKind, Declared } from '#src/http/guard.ts'
import { aWeb } from '#tests/support/web.ts'

const { app, keys, signIn } = await aWeb()
const at = new Date()

interface Caller {
  name: string
  kind: CredentialKind
  headers: Record<string, string>
  may: (permission: Permission) => boolean
}

async function aKey(given: readonly Scope[]): Promise<Caller> {
  const { key } = await keys.create({ name: given.join(), scopes: given, by: { kind: 'process', id: 'test' } })
  const headers = { 'x-api-key': key }
  return {
    name: `key: ${given}`,
    kind: 'key',
    headers,
    may: (asks) => keyMay({ scopes: given, accountIds: null }, asks),
  }
}

const nobody: Caller = { name: 'nobody', kind: 'none', headers: {}, may: () => false }
const people = await Promise.all(
  roles.map(async (role): Promise<Caller> => {
    const { headers } = await signIn(role)
    return { name: role, kind: 'session', headers, may: (asks) => may(role, asks) }
  }),
)
const programs = await Promise.all([aKey(scopes), aKey(['monitor']), aKey(['read'])])
const callers = [nobody, ...people, ...programs]

/** A path of the table with ids in it of what is nowhere. */
function fill(path: string): string {
  const kinds = { drafts: 'draft', posts: 'post', outbox: 'post', accounts: 'account', alerts: 'alert', media: 'media' }
  const room = path.replace('/api/v1', '').split('/')[1] ?? ''
  const kind = room === 'api-keys' || room === 'keys' ? 'key' : (kinds[room as keyof typeof kinds] ?? 'conversation')
  const entry = newId('entry', at)
  return path
    .replace(':id', newId(kind as 'draft', at))
    .replace(/:\w+/g, (name) => (name === ':platform' ? 'instagram' : name === ':entry' ? entry : 'x'))
}

type Answer = 'what it asked for' | 'who are you' | 'you may not'

function expectedOf(route: string, { asks, by }: Declared, caller: Caller): Answer {
  // A page knows no keys, so whoever comes with one is a stranger.
  const isStranger = caller.kind === 'none' || (!route.includes('/api/') && caller.kind === 'key')
  if (isStranger) return 'who are you'
  if (!by.includes(caller.kind)) return 'you may not'
  return asks === 'operator' || asks === 'anyone' || caller.may(asks) ? 'what it asked for' : 'you may not'
}

async function ask(route: string, headers: Record<string, string>) {
  const [method = '', path = ''] = route.split(' ')
  const isJson = path.startsWith('/api/')
  const type = { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' }
  const body = method === 'POST' ? { body: isJson ? '{}' : 'x=y' } : {}
  const answer = await app.request(fill(path), {
    method,
    headers: { origin: 'http://localhost:3000', ...(method === 'POST' && type), ...headers },
    ...body,
  })
  await answer.body?.cancel()
  return answer
}

function readingOf(answer: Response): Answer {
  const isSentAway = answer.status === 303 && answer.headers.get('location')?.startsWith('/sign-in')
  if (answer.status === 401 || isSentAway) return 'who are you'
  return answer.status === 403 ? 'you may not' : 'what it asked for'
}

const declared = Object.entries(access)
const guarded = declared.filter(([, { asks }]) => asks !== 'anyone')
const open = declared.filter(([, { asks }]) => asks === 'anyone')

describe('every route of every door', () => {
  it('is declared, and nothing is declared that is not there', () => {
    const registered = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
    expect([...new Set(registered)].sort()).toEqual(Object.keys(access).sort())
    expect(Object.isFrozen(access)).toBe(true)
  })

  it.each(guarded)('%s answers each role and each credential as the table says', async (route, one) => {
    // Signing out would end what the next route needs, and who confirms nothing is asked again.
    const isOwn = route === 'POST /sign-out' || route === 'POST /confirmation'
    const asking = callers.filter(({ kind }) => !isOwn || kind !== 'session')
    const answers: [string, Answer][] = []
    for (const { name, headers } of asking) answers.push([name, readingOf(await ask(route, headers))])
    const expected = asking.map((caller) => [caller.name, expectedOf(route, one, caller)])
    expect(answers).toEqual(expected)
  })

  it.each(open.filter(([route]) => !route.includes('/sign-in')))('%s asks nobody who they are', async (route) => {
    const { status } = await ask(route, {})
    for (const caller of callers) expect((await ask(route, caller.headers)).status, caller.name).toBe(status)
  })

  it('of the API challenges whoever proves nothing, and tells no stranger what there is', async () => {
    for (const path of ['/api/v1/drafts', '/api/v1/nothing-here', '/api/v1/']) {
      const answer = await app.request(path)
      expect([answer.status, answer.headers.get('www-authenticate')], path).toEqual([401, 'ApiKey realm="countersign"'])
    }
  })

  it('is open to no other site: no answer allows one to read it', async () => {
    for (const [route] of declared.filter(([route]) => route.startsWith('GET /api/') || route.endsWith('/queue'))) {
      const answer = await ask(route, { ...people[2]?.headers, origin: 'https://evil.example' })
      const allowed = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
      expect(allowed, route).toEqual([])
    }
  })
})
