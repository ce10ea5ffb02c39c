import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'
import type { Weather } from './weather.ts'

type Sky = Partial<{ [K in keyof Weather]: Partial<Weather[K]> }>

/** A sandbox in that weather, with somebody to answer. */
async function inWeather(sky: Sky, options: Parameters<typeof aSandbox>[0] = {}) {
  const sandbox = await aSandbox(options)
  const { contactRef } = sandbox.aContact()
  expect((await sandbox.ask('PUT', '/weather', { seed: 3, ...sky })).status).toBe(200)
  const kept = async (): Promise<string[]> => {
    const { messages } = (await sandbox.ask('GET', '/record')).body
    return messages.flatMap(({ from, text }: { from: string; text: string }) => (from === 'account' ? [text] : []))
  }
  const last = () => sandbox.control.arrivals().at(-1)
  return { ...sandbox, contactRef, kept, last }
}

/** A connection of our own, so that nothing is sent that we did not write. */
async function aSocket(url: string): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.on('end', () => resolve('end'))
  })
  await once(socket, 'connect')
  return { socket, ended }
}

function headOf(token: string, length: number): string {
  return `POST /v26.0/me/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
}

it('resets a connection before the body was read: nothing is kept', async () => {
  const { url, token, kept, last, accountRef } = await inWeather({ sends: { resetBefore: 1 } })
  const { socket, ended } = await aSocket(url)
  socket.write(headOf(token, 500))
  expect(await ended).toBe('ECONNRESET')
  expect(await kept()).toEqual([])
  expect(last()).toMatchObject({ status: 0, accountRef, kept: false, trouble: 'resetBefore' })
  expect(last()).not.toHaveProperty('text')
})

it('resets a connection after the body was read: nothing is kept', async () => {
  const { url, token, kept, last, contactRef } = await inWeather({ sends: { resetAfter: 1 } })
  const { socket, ended } = await aSocket(url)
  const body = JSON.stringify({ recipient: { id: contactRef }, message: { text: 'Lost' } })
  socket.write(headOf(token, body.length))
  const early = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50, 'open'))])
  expect(early).toBe('open')
  socket.write(body)
  expect(await ended).toBe('ECONNRESET')
  expect(await kept()).toEqual([])
  expect(last()).toMatchObject({ status: 0, kept: false, trouble: 'resetAfter', text: 'Lost', contactRef })
})

it('keeps a reply, closes the connection without an answer, and echoes it', async () => {
  const { send, kept, last, contactRef, receiver } = await inWeather({ sends: { commitThenDrop: 1 } })
  await expect(send(contactRef, { text: 'Gone?' })).rejects.toThrow('fetch failed')
  expect(await kept()).toEqual(['Gone?'])
  expect(last()).toMatchObject({ status: 0, kept: true, trouble: 'commitThenDrop', mid: expect.any(String) })
  await expect.poll(() => receiver.items().filter((item) => item.message?.is_echo)).toHaveLength(1)
})

it('answers 500 to a reply that was kept and to one that was not, with nothing to tell them apart', async () => {
  const sandbox = await inWeather({ sends: { commitThen500: 1 } })
  const { contactRef, kept, last, ask } = sandbox
  const send = async (text: string) => {
    const answer = await fetch(`${sandbox.url}/v26.0/me/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.token}` },
      body: JSON.stringify({ recipient: { id: contactRef }, message: { text } }),
    })
    return { status: answer.status, body: (await answer.text()).replace(/"fbtrace_id":"[^"]+"/, '') }
  }
  const texts = Array.from({ length: 8 }, (_, serial) => `Text ${serial}`)
  const committed = []
  for (const text of texts) committed.push(await send(text))
  expect(await kept()).toEqual(texts)
  expect(last()).toMatchObject({ status: 500, kept: true, trouble: 'commitThen500' })
  await ask('PUT', '/weather', { seed: 3, sends: { error500: 1 } })
  const failed = []
  for (const text of texts) failed.push(await send(`${text}.`))
  expect(await kept()).toEqual(texts)
  expect(last()).toMatchObject({ status: 500, kept: false, trouble: 'error500' })
  const kinds = (answers: { status: number; body: string }[]) =>
    new Set(answers.map(({ status, body }) => `${status} ${body}`))
  expect(kinds(committed)).toEqual(kinds(failed))
  expect(kinds(failed).size).toBe(2)
})

it('answers 1/1357046 to replies that were kept and to some that were not', async () => {
  const { send, contactRef, control, kept } = await inWeather({ sends: { unknownError: 1 } })
  for (let i = 0; i < 16; i++) {
    const { status, body } = await send(contactRef, { text: `Text ${i}` })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 1, error_subcode: 1_357_046 })
  }
  const arrivals = control.arrivals()
  expect(arrivals.every(({ trouble, code }) => trouble === 'unknownError' && code === '1/1357046')).toBe(true)
  const keptOnes = arrivals.filter((arrival) => arrival.kept).map(({ text }) => text)
  expect(keptOnes.length).toBeGreaterThan(0)
  expect(keptOnes.length).toBeLessThan(16)
  expect(await kept()).toEqual(keptOnes)
})

it('throttles with the wait in the headers: whole minutes as Meta does, less in seconds', async () => {
  const { send, ask, contactRef, accountRef, last, kept } = await inWeather({
    sends: { throttle: 1, throttleMs: 2500 },
  })
  const short = await send(contactRef)
  expect(['613/2534040', '80002']).toContain(last()?.code)
  expect(short.headers.get('retry-after')).toBe('3')
  const usage = (headers: Headers) => JSON.parse(headers.get('x-business-use-case-usage') ?? '')[accountRef][0]
  expect(usage(short.headers)).toMatchObject({ call_count: 0, estimated_time_to_regain_access: 0 })
  expect(last()).toMatchObject({ trouble: 'throttle', waitMs: 3000, kept: false })
  await ask('PUT', '/weather', { sends: { throttle: 1, throttleMs: 90_000 } })
  const long = await send(contactRef)
  expect(long.headers.get('retry-after')).toBeNull()
  expect(usage(long.headers)).toMatchObject({ call_count: 100, estimated_time_to_regain_access: 2 })
  expect(JSON.parse(long.headers.get('x-app-usage') ?? '')).toMatchObject({ call_count: 0 })
  expect(last()).toMatchObject({ waitMs: 120_000 })
  expect(await kept()).toEqual([])
})

it('throttles without a word about the wait', async () => {
  const { send, contactRef, last } = await inWeather({ sends: { throttleSilent: 1 } })
  const { headers, body } = await send(contactRef)
  expect([613, 80_002]).toContain(body.error.code)
  for (const name of ['x-app-usage', 'x-business-use-case-usage', 'retry-after']) expect(headers.get(name)).toBeNull()
  expect(last()).toMatchObject({ trouble: 'throttleSilent', kept: false })
})

it('answers late and says by how much', async () => {
  const { send, contactRef, last } = await inWeather({ sends: { slow: 1, slowMsMax: 200 } })
  const started = performance.now()
  expect((await send(contactRef)).status).toBe(200)
  const { slowMs = 0 } = last() ?? {}
  expect(slowMs).toBeGreaterThan(0)
  expect(performance.now() - started).toBeGreaterThanOrEqual(slowMs - 1)
})

it('refuses plainly what it would refuse in fair weather too', async () => {
  const { send, contactRef, last } = await inWeather({ sends: { commitThenDrop: 1 } })
  expect((await send(contactRef, { text: ' ' })).body.error.error_subcode).toBe(2_534_015)
  expect(last()?.trouble).toBeUndefined()
})

it('sends an echo before the answer, late, or never', async () => {
  const { send, ask, contactRef, receiver, last } = await inWeather({ echoes: { early: 1 } })
  const echoes = () => receiver.items().filter((item) => item.message?.is_echo).length
  await send(contactRef, { text: 'Early' })
  expect(echoes()).toBe(1)
  expect(last()).toMatchObject({ echo: 'early' })
  await ask('PUT', '/weather', { echoes: { never: 1 } })
  await send(contactRef, { text: 'Never' })
  expect(last()).toMatchObject({ echo: 'never', kept: true })
  await ask('PUT', '/weather', { echoes: { late: 1, lateMsMax: 150 } })
  const { body } = await send(contactRef, { text: 'Late' })
  expect(last()).toMatchObject({ echo: 'late' })
  expect(echoes()).toBe(1)
  await expect.poll(echoes).toBe(2)
  expect(receiver.items().at(-1)).toMatchObject({ message: { mid: body.message_id } })
})

it('waits no longer than a moment for an early echo that nobody accepts', async () => {
  const { send, contactRef } = await inWeather(
    { echoes: { early: 1 } },
    { webhookUrl: 'http://127.0.0.1:9/webhooks/instagram' },
  )
  expect((await send(contactRef)).status).toBe(200)
})

it('lets a token die at some call, for every call after it, until a new one is fetched', async () => {
  const { call, ask, accountRef, control } = await inWeather({ tokens: { death: 0.2 } })
  const codes: unknown[] = []
  for (let i = 0; i < 30; i++) codes.push((await call('/v26.0/me')).body.error?.code)
  const death = codes.indexOf(190)
  expect(death).toBeGreaterThanOrEqual(0)
  expect(codes.slice(0, death).every((code) => code === undefined)).toBe(true)
  expect(codes.slice(death).every((code) => code === 190)).toBe(true)
  expect(control.arrivals().at(-1)).toMatchObject({ trouble: 'tokenDeath', accountRef })
  expect((await call('/refresh_access_token?grant_type=ig_refresh_token')).body.error.code).toBe(190)
  await ask('PUT', '/weather', {})
  const { body } = await ask('POST', '/tokens', { accountRef })
  expect((await call('/v26.0/me', { as: body.token })).status).toBe(200)
})

it('records what passes a hundred sends a second, and refuses it only when told to', async () => {
  let ms = Date.now()
  const { send, ask, contactRef, control, kept } = await inWeather({}, { now: () => new Date(ms) })
  for (let i = 0; i < 100; i++) await send(contactRef, { text: `Text ${i}` })
  expect(control.arrivals().some(({ overLimit }) => overLimit)).toBe(false)
  expect((await send(contactRef, { text: 'One more' })).status).toBe(200)
  expect(control.arrivals().at(-1)).toMatchObject({ overLimit: true, kept: true })
  await ask('PUT', '/weather', { sends: { enforce: true } })
  expect((await send(contactRef, { text: 'Too much' })).body.error).toMatchObject({
    code: 613,
    error_subcode: 2_534_040,
  })
  expect(control.arrivals().at(-1)).toMatchObject({ overLimit: true, kept: false, text: 'Too much' })
  expect(await kept()).not.toContain('Too much')
  ms += 1000
  expect((await send(contactRef, { text: 'A second later' })).status).toBe(200)
  expect(control.arrivals().at(-1)).not.toHaveProperty('overLimit')
})

it('lets two reads of threads through in a second, and no third one, for each account', async () => {
  let ms = Date.now()
  const { call, ask, last } = await inWeather({}, { now: () => new Date(ms) })
  const [other] = (await ask('POST', '/accounts', { count: 1 })).body.accounts
  const path = '/v26.0/me/conversations?platform=instagram'
  expect((await call(path)).status).toBe(200)
  ms += 500
  expect((await call(path)).status).toBe(200)
  ms += 499
  expect((await call(path)).body.error).toMatchObject({ code: 613, error_subcode: 2_534_040 })
  expect(last()).toMatchObject({ overLimit: true, code: '613/2534040' })
  expect((await call(path, { as: other.token })).status).toBe(200)
  expect((await call('/v26.0/me')).status).toBe(200)
  ms += 1000
  expect((await call(path)).status).toBe(200)
})

it('fails and delays reads', async () => {
  const { call, ask, last } = await inWeather({ reads: { error: 1 } })
  expect((await call('/v26.0/me').catch(() => ({ status: 500 }))).status).toBe(500)
  expect(last()).toMatchObject({ status: 500, trouble: 'readError' })
  await ask('PUT', '/weather', { reads: { slow: 1, slowMsMax: 60 } })
  const started = performance.now()
  expect((await call('/v26.0/me')).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual((last()?.slowMs ?? 1e6) - 1)
})
