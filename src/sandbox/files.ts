import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import type { Core } from './core.ts'

/*
 * What people in the sandbox send each other: drawings instead of photographs, a hum instead of a voice, a page of a document.
 * `/pictures/…` is for its own pages. What the product is told leads to `/cdn/…`, where links die, as the platform's do.
 */

const LINK_LIVES_MS = 24 * 3_600_000
const folder = new URL('assets/', import.meta.url)

const drawn = (name: string) => () => {
  const path = fileURLToPath(new URL(name, folder))
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
}

const files: ReadonlyMap<string, { type: string; bytes: () => Buffer }> = new Map([
  ['teapot.png', { type: 'image/png', bytes: drawn('teapot.png') }],
  ['story.png', { type: 'image/png', bytes: drawn('story.png') }],
  ['voice.wav', { type: 'audio/wav', bytes: hum }],
  ['wishes.pdf', { type: 'application/pdf', bytes: aDocument }],
])

/** The link that a webhook carries: good for a day by the sandbox's clock. */
export function linkTo(path: string, { baseUrl, clock }: Pick<Core, 'baseUrl' | 'clock'>): string {
  const url = new URL(path.replace(/^\/pictures\//, '/cdn/'), baseUrl)
  if (url.pathname.startsWith('/cdn/')) {
    // The platform's own name for the end of a link, in hexadecimal seconds.
    url.searchParams.set('oe', Math.ceil((clock() + LINK_LIVES_MS) / 1000).toString(16))
  }
  return url.href
}

export function createFiles({ settings, clock }: Pick<Core, 'settings' | 'clock'>) {
  const isAlive = (end: string | undefined) => !settings.deadLinks && Number.parseInt(end ?? '0', 16) * 1000 > clock()
  return new Hono()
    .get('/pictures/:name', (c) => answer(c.req.param('name')) ?? c.notFound())
    .get('/cdn/:name', (c) => {
      if (!isAlive(c.req.query('oe'))) return c.text('URL signature expired', 403)
      return answer(c.req.param('name')) ?? c.text('Bad URL hash', 404)
    })
}

function answer(name: string): Response | undefined {
  const file = files.get(name)
  return file && new Response(new Uint8Array(file.bytes()), { headers: { 'content-type': file.type } })
}

const RATE = 8000
const HUM_S = 2

/** Two seconds of a tone that comes and goes. http://soundfile.sapp.org/doc/WaveFormat/ */
function hum(): Buffer {
  const samples = RATE * HUM_S
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(RATE, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples, 40)
  const wave = (_: unknown, i: number) => {
    const swell = Math.sin((Math.PI * i) / samples)
    return 128 + Math.round(60 * swell * Math.sin((2 * Math.PI * 220 * i) / RATE))
  }
  return Buffer.concat([head, Buffer.from(Array.from({ length: samples }, wave))])
}

function aDocument(): Buffer {
  const text = 'BT /F1 18 Tf 40 140 Td (Two gift cards of 50, please.) Tj ET'
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 320 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  const body = objects.map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`).join('')
  return Buffer.from(`%PDF-1.4\n${body}trailer\n<< /Root 1 0 R /Size 6 >>\n%%EOF\n`)
}
