import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const gzipAsync = promisify(gzip)
/** Below this the packing is longer than what it saves. */
const LENGTH_MIN = 1024

export function acceptsGzip(c: Context): boolean {
  return /(^|,)\s*gzip\s*(?!;\s*q=0(\.0*)?\s*(,|$))(;|,|$)/i.test(c.req.header('accept-encoding') ?? '')
}

/**
 * A page, packed where the browser takes that. Nothing secret of ours stands beside words of others in a page: sessions travel
 * in headers, and other sites cannot have pages fetched with them, so lengths betray nothing.
 */
export async function answerHtml(c: Context, html: string, status: ContentfulStatusCode): Promise<Response> {
  c.header('vary', 'accept-encoding')
  if (html.length < LENGTH_MIN || !acceptsGzip(c)) return c.html(html, status)
  const body = new Uint8Array(await gzipAsync(html, { level: 5 }))
  return c.body(body, status, { 'content-encoding': 'gzip', 'content-type': 'text/html; charset=UTF-8' })
}
