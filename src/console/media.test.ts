import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { type MediaType, mediaReasons, mediaTypes } from '#src/domain/media.ts'
import { aConsole, aConversationView, aMedia, at, signedInAs } from '#tests/support/console.ts'
import type { AttachmentView, KeptMedia } from './views.ts'

const id = newId('media', at)
const words = '0123456789'

function ask(headers: Record<string, string> = {}, { method = 'GET', type = 'image/png' as MediaType } = {}) {
  const { app } = aConsole({ openMedia: async (asked) => (asked === id ? aMedia(words, type) : undefined) })
  const signedIn = signedInAs('viewer').headers as Record<string, string>
  return app.request(`/media/${id}`, { method, headers: { ...signedIn, ...headers } })
}

describe('a file that came with a message', () => {
  it.each(Object.entries(mediaTypes))('is served as %s in a cage', async (type, { kind, extension }) => {
    const { status, headers } = await ask({}, { type: type as MediaType })
    expect(status).toBe(200)
    const inline = kind === 'file' ? 'attachment' : 'inline'
    expect(headers.get('content-disposition')).toMatch(
      new RegExp(`^${inline}; filename="${kind}-\\w{8}\\.${extension}"$`),
    )
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': type,
      'content-length': '10',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'referrer-policy': 'no-referrer',
    })
  })

  it('has no kind among those served in place in which a browser runs scripts', () => {
    const inPlace = Object.entries(mediaTypes).filter(([, { kind }]) => kind !== 'file')
    for (const [type] of inPlace) expect(type).toMatch(/^(image\/(jpeg|png|gif|webp)|(audio|video)\/[a-z0-9]+)$/)
  })

  it.each([
    ['nobody', 303, id],
    ['viewer', 404, newId('media', at)],
    ['viewer', 404, newId('message', at)],
    ['viewer', 404, '..%2f..%2fetc%2fpasswd'],
    ['viewer', 404, 'x'],
  ])('is not shown to %s with another name (%i)', async (who, status, name) => {
    const { app } = aConsole({ openMedia: async (asked) => (asked === id ? aMedia(words) : undefined) })
    const answer = await app.request(`/media/${name}`, signedInAs(who))
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toContain(words)
  })

  it('comes in the part that was asked for, whatever was asked for', async () => {
    const part = fc.oneof(fc.nat({ max: 14 }).map(String), fc.constant(''))
    await fc.assert(
      fc.asyncProperty(part, part, async (first, last) => {
        const answer = await ask({ range: `bytes=${first}-${last}` })
        const text = await answer.text()
        const wanted = model(first, last)
        if (wanted === '') expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */10'])
        else expect([answer.status, text]).toEqual(wanted === undefined ? [200, words] : [206, wanted])
        if (answer.status !== 416) expect(answer.headers.get('content-length')).toBe(String(text.length))
      }),
    )
    for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b', 'bytes 0-1'])
      expect(await (await ask({ range })).text()).toBe(words)
  })

  /** RFC 9110 by hand: the characters that remain, nothing for a range of nothing, undefined for what is no range. */
  function model(first: string, last: string): string | undefined {
    if (first + last === '') return undefined
    const to = last === '' || first === '' ? 9 : Number(last)
    const from = first === '' ? Math.max(0, 10 - Number(last)) : Number(first)
    return to < from && last !== '' && first !== '' ? undefined : words.slice(from, to + 1)
  }

  it('is asked for again each time, and not sent again when it is the same', async () => {
    const etag = (await ask()).headers.get('etag') ?? ''
    const again = await ask({ 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
    expect((await ask({ 'if-range': '"other"', range: 'bytes=1-2' })).status).toBe(200)
    expect((await ask({ 'if-range': etag, range: 'bytes=1-2' })).status).toBe(206)
  })

  it('is not read when only its size is asked for', async () => {
    let reads = 0
    const read = () => {
      reads++
      return aMedia(words).read()
    }
    const file = { ...aMedia(words), read }
    const { app } = aConsole({ openMedia: async () => file })
    const answer = await app.request(`/media/${id}`, { ...signedInAs('viewer'), method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-length'), reads]).toEqual([200, '10', 0])
  })
})

describe('in a conversation', () => {
  async function shown(attachment: AttachmentView): Promise<string> {
    const view = aConversationView()
    Object.assign(view.messages[0] ?? {}, { text: '', form: 'media', attachments: [attachment] })
    const html = await (await aConsole({ view }).app.request('/queue', signedInAs('viewer'))).text()
    return /<p class="medias">([\s\S]*?)<\/p>|<div class="medias">([\s\S]*?)<\/div>/.exec(html)?.[0] ?? ''
  }
  const kept = (contentType: MediaType, rest: Partial<KeptMedia> = {}): KeptMedia => ({
    ...{ id, status: 'kept', contentType, bytes: 120_000, width: null, height: null },
    ...rest,
  })

  it('a picture has its room before it is there', async () => {
    const html = await shown({ type: 'image', media: kept('image/jpeg', { width: 1200, height: 800 }) })
    expect(html).toMatch(new RegExp(`<img src="/media/${id}"[^>]* width="260" height="173"`))
  })

  it('a film and a voice have a player, a document a name and a size', async () => {
    expect(await shown({ type: 'video', media: kept('video/mp4') })).toContain(
      `<video controls="" preload="metadata" src="/media/${id}"`,
    )
    expect(await shown({ type: 'audio', media: kept('audio/mp4') })).toContain(
      `<audio controls="" preload="metadata" src="/media/${id}"`,
    )
    const file = await shown({ type: 'file', media: kept('application/pdf') })
    expect(file).toMatch(new RegExp(`href="/media/${id}" download[\\s\\S]*PDF, 120 kB`))
  })

  it.each(mediaReasons)('says in words when there is no file: %s', async (reason) => {
    const html = await shown({ type: 'image', media: { status: 'failed', reason } })
    expect(html).toMatch(/Photo<\/span><span class="muted">[a-z ]{10,}</)
    expect(html).not.toMatch(/href|src/)
  })

  it('says that it is being fetched, and that nobody fetched it', async () => {
    expect(await shown({ type: 'image', media: { status: 'waiting', reason: null } })).toContain('being fetched')
    expect(await shown({ type: 'image' })).toContain('not kept')
  })

  it.each(['image', 'ig_post', 'post', 'fallback', 'hologram'])(
    'leads nobody to the platform’s servers: %s',
    async (type) => {
      for (const host of ['scontent.xx.fbcdn.net', 'scontent.cdninstagram.com', 'lookaside.fbsbx.com'])
        expect(await shown({ type, url: `https://${host}/v/t1?oh=1` })).not.toContain(host)
    },
  )

  it('leads to a page that somebody shared, when it is clicked', async () => {
    expect(await shown({ type: 'fallback', url: 'https://youtu.example/x' })).toContain(
      'href="https://youtu.example/x"',
    )
  })

  it.each(['constructor', 'toString', '__proto__', 'valueOf'])('bears a kind that is called %s', async (type) => {
    expect(await shown({ type })).toContain(`Attachment (${type})`)
  })
})
