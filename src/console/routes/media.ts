import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { type MediaId, parseId } from '#src/domain/ids.ts'
import { type MediaType, mediaTypes } from '#src/domain/media.ts'
import type { OpenedMedia } from '../deps.ts'
import type { Env, Room, Visit } from '../env.ts'

interface Range {
  start: number
  end: number
}

/**
 * The files that came with messages, from our own door, to whoever is signed in. A browser asks each time whether it may
 * show its copy: what was unsent is gone from the screen too. Should a file be opened as a page, nothing in it runs.
 */
export function addMedia(app: Hono<Env>, { openMedia }: Room): void {
  app.get('/media/:id', async (c) => {
    const id = parseId('media', c.req.param('id'))
    const file = await openMedia(id, c.get('reach'))
    if (!file) throw new AppError('not_found', 'There is no such file')
    return answer(c, file, headersOf(id, file.contentType))
  })
}

function answer(c: Visit, file: OpenedMedia, { etag, ...rest }: ReturnType<typeof headersOf>): Response {
  const headers = { ...rest, etag }
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
  const isSame = [etag, undefined].includes(c.req.header('if-range'))
  const range = isSame ? rangeOf(c.req.header('range'), file.bytes) : undefined
  if (range === 'none') return c.body(null, 416, { ...headers, 'content-range': `bytes */${file.bytes}` })
  const all = { ...headers, ...lengthOf(file, range) }
  const status = range ? 206 : 200
  return c.req.method === 'HEAD' ? c.body(null, status, all) : c.body(file.read(range), status, all)
}

function headersOf(id: MediaId, type: MediaType) {
  const { kind, extension } = mediaTypes[type]
  const disposition = kind === 'file' ? 'attachment' : 'inline'
  return {
    'content-type': type,
    'content-disposition': `${disposition}; filename="${kind}-${id.slice(-8)}.${extension}"`,
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    etag: `"${id}"`,
  }
}

function lengthOf({ bytes }: OpenedMedia, range: Range | undefined): Record<string, string> {
  if (!range) return { 'content-length': String(bytes) }
  const { start, end } = range
  return { 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/${bytes}` }
}

/** One range; what is not understood is no range, and a range of nothing is `none`. https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2 */
function rangeOf(header: string | undefined, bytes: number): Range | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  return start > end ? 'none' : { start, end }
}
