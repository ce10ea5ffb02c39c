import { describe, expect, it } from 'vitest'
import { Secret } from '#src/vault/secret.ts'
import { createInstagramAdapter } from './index.ts'

const US = '17841400000000001'
const THEM = '1000000000000001'
const token = new Secret('IGAAtest')

/** Reads the thread from a Graph that gives these answers in their order. */
async function readBack(...answers: { status?: number; body: unknown }[]) {
  const calls: string[] = []
  const fetch = (async (url: URL, { headers }: { headers: Headers }) => {
    calls.push(`${headers.get('authorization')} ${decodeURIComponent(String(url))}`)
    const { status = 200, body } = answers.shift() ?? { body: {} }
    return new Response(JSON.stringify(body), { status })
  }) as typeof globalThis.fetch
  const adapter = createInstagramAdapter({ graphUrl: 'https://graph.test', graphApiVersion: 'v26.0', fetch })
  const listener = { accountRef: US, hear: () => undefined, pace: async () => void calls.push('pace') }
  const thread = await adapter.readBack?.(
    { accountRef: US, kind: 'message', recipientRef: THEM },
    token,
    AbortSignal.timeout(1000),
    listener,
  )
  return { thread, calls }
}

const found = { body: { data: [{ id: 'aWdfZAG06' }] } }
const ours = { id: 'mid.2', created_time: '2026-11-22T12:00:07+0000', from: { id: US }, message: 'Thanks!' }
const theirs = { id: 'mid.1', created_time: 1_795_348_800, from: { id: THEM }, message: 'Hi' }

describe('reading a thread back', () => {
  it('asks for the thread, then for its messages, each at its turn, with the token in the header', async () => {
    const { calls } = await readBack(found, { body: { data: [] } })
    expect(calls.filter((call) => call !== 'pace')).toEqual([
      `Bearer IGAAtest https://graph.test/v26.0/me/conversations?platform=instagram&user_id=${THEM}`,
      'Bearer IGAAtest https://graph.test/v26.0/aWdfZAG06/messages?fields=id,created_time,from,to,message&limit=20',
    ])
    expect([calls[0], calls[2]]).toEqual(['pace', 'pace'])
  })

  it('takes both ways in which Meta writes a time, and tells us from them', async () => {
    const texts = { ...theirs, id: 'mid.0', created_time: '1795348800' }
    const { thread } = await readBack(found, { body: { data: [ours, theirs, texts] } })
    expect(thread).toEqual({
      complete: true,
      messages: [
        { messageRef: 'mid.2', text: 'Thanks!', sentAt: new Date('2026-11-22T12:00:07Z'), fromUs: true },
        { messageRef: 'mid.1', text: 'Hi', sentAt: new Date('2026-11-22T12:00:00Z'), fromUs: false },
        { messageRef: 'mid.0', text: 'Hi', sentAt: new Date('2026-11-22T12:00:00Z'), fromUs: false },
      ],
    })
  })

  it.each([
    ['a message without details', { data: [ours, { id: 'mid.1', created_time: theirs.created_time }] }],
    ['a message without a time', { data: [ours, { ...theirs, created_time: 'yesterday' }] }],
    ['a further page', { data: [ours], paging: { next: 'https://graph.test/next' } }],
  ])('does not take the thread for complete behind %s', async (_name, body) => {
    const { thread } = await readBack(found, { body })
    expect(thread).toMatchObject({ complete: false, messages: [{ messageRef: 'mid.2' }] })
  })

  it.each([
    ['the thread', [{ body: { data: [] } }]],
    ['its messages', [found, { body: {} }]],
  ])('says so when the platform does not show %s', async (_name, answers) => {
    expect((await readBack(...answers)).thread).toBeUndefined()
  })

  it.each([
    ['credential_rejected', { status: 400, body: { error: { code: 190 } } }],
    ['rate_limited', { status: 400, body: { error: { code: 80_002 } } }],
    ['platform_unavailable', { status: 500, body: {} }],
  ])('throws %s', async (code, answer) => {
    await expect(readBack(found, answer)).rejects.toMatchObject({ code })
  })
})
