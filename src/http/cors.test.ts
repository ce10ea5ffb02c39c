import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { allowOrigins } from './cors.ts'

const app = new Hono()
app.use(allowOrigins(['https://app.example.org']))
app.get('/', (c) => c.text('ok'))
const from = (origin: string, more: RequestInit = {}) =>
  app.request('/', { ...more, headers: { origin, ...(more.headers as Record<string, string>) } })

it('names a site of the list, exactly, and takes no cookie from it', async () => {
  const { headers } = await from('https://app.example.org')
  expect(headers.get('access-control-allow-origin')).toBe('https://app.example.org')
  expect(headers.get('vary')).toContain('Origin')
  expect(headers.has('access-control-allow-credentials')).toBe(false)
})

it.each([
  'https://app.example.org.evil.example',
  'https://evil.example',
  'http://app.example.org',
  'https://app.example.org:8443',
  'null',
  '*',
])('names %s nowhere', async (origin) => {
  const simple = await from(origin)
  const asked = await from(origin, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } })
  for (const { headers } of [simple, asked]) {
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(headers.get('vary')).toContain('Origin')
  }
})

it('says before a call what it may carry', async () => {
  const asked = await from('https://app.example.org', {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST' },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-headers')).toContain('x-api-key')
})

it('calls nobody null by name, even where any site may call', async () => {
  const open = new Hono().use(allowOrigins(['*'])).get('/', (c) => c.text('ok'))
  const named = async (origin: string) =>
    (await open.request('/', { headers: { origin } })).headers.get('access-control-allow-origin')
  expect([await named('https://any.example'), await named('null')]).toEqual(['https://any.example', null])
})
