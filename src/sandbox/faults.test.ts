import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

const TROUBLE = { error: { code: 1, message: 'An unknown error occurred' } }
const sends = { method: 'POST', path: '/messages$' }

it('spoils the answer of a reply that was kept, and echoes it all the same', async () => {
  const { control, send, aContact, receiver } = await aSandbox()
  const { contactRef } = aContact()
  control.faults.queue([{ match: sends, after: 'commit', status: 500, body: TROUBLE, headers: { 'x-trace': 'a' } }])
  const { status, body, headers } = await send(contactRef, { text: 'Did it arrive?' })
  expect(status).toBe(500)
  expect(body).toEqual(TROUBLE)
  expect(headers.get('x-trace')).toBe('a')
  expect(control.arrivals().at(-1)).toMatchObject({ status: 500, text: 'Did it arrive?', mid: expect.any(String) })
  await expect.poll(() => receiver.items().filter((item) => item.message?.is_echo)).toHaveLength(1)
  expect((await send(contactRef)).status).toBe(200)
})

it('refuses before anything is kept', async () => {
  const { control, send, aContact } = await aSandbox()
  const { contactRef } = aContact()
  control.faults.queue([{ match: sends, times: 2, status: 400, body: { error: { code: 4 } } }])
  expect((await send(contactRef)).body.error.code).toBe(4)
  expect((await send(contactRef)).body.error.code).toBe(4)
  expect(control.arrivals().some(({ mid }) => mid)).toBe(false)
  expect((await send(contactRef)).status).toBe(200)
})

it('cuts the connection after keeping a reply', async () => {
  const { control, send, aContact } = await aSandbox()
  const { contactRef } = aContact()
  control.faults.queue([{ match: sends, after: 'commit', drop: true }])
  await expect(send(contactRef, { text: 'Gone?' })).rejects.toThrow('fetch failed')
  await expect.poll(() => control.arrivals().at(-1)?.mid).toEqual(expect.any(String))
})

it('answers late, strikes only what matches, and goes on until it is cleared', async () => {
  const { control, call } = await aSandbox()
  control.faults.queue([{ match: { path: '/me$' }, times: 0, delayMs: 60 }])
  const started = performance.now()
  expect((await call('/v26.0/me')).status).toBe(200)
  expect((await call('/v26.0/me')).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual(118)
  expect((await call('/v26.0/me/conversations?platform=instagram')).status).toBe(200)
  control.faults.clear()
  expect(control.faults.waiting()).toEqual([])
})

it('strikes the stand-in for Claude too', async () => {
  const { control, url } = await aSandbox()
  control.faults.queue([{ match: { path: '^/claude/' }, status: 529, body: { type: 'error' } }])
  expect((await fetch(`${url}/claude/v1/messages`, { method: 'POST' })).status).toBe(529)
})
