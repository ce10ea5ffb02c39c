import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mediaTypes } from '#src/domain/media.ts'
import { dimensionsOf } from './dimensions.ts'
import { recognise } from './recognise.ts'
import { sniff } from './sniff.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const FTYP = '\0\0\0\x20'

const heads: [string, string, string, string][] = [
  ['a photo', '\xff\xd8\xff\xe0\0\x10JFIF', 'image', 'image/jpeg'],
  ['a drawing', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image', 'image/png'],
  ['an animation', 'GIF89a\x01\0\x01\0', 'image', 'image/gif'],
  ['a small photo', 'RIFF\x10\0\0\0WEBPVP8X', 'image', 'image/webp'],
  ['a film', `${FTYP}ftypisom`, 'video', 'video/mp4'],
  ['a film of a telephone', `${FTYP}ftypqt  `, 'video', 'video/quicktime'],
  ['a film of a browser', '\x1aE\xdf\xa3\x9fB\x82\x84webm', 'video', 'video/webm'],
  ['a voice note in a film’s container', `${FTYP}ftypmp42`, 'audio', 'audio/mp4'],
  ['a voice note', `${FTYP}ftypM4A `, 'audio', 'audio/mp4'],
  ['a recording', 'RIFF\x10\0\0\0WAVEfmt ', 'audio', 'audio/wav'],
  ['a song', 'ID3\x03\0', 'audio', 'audio/mpeg'],
  ['a radio stream', '\xff\xf1\x50', 'audio', 'audio/aac'],
  ['an open film', 'OggS\0\x02', 'video', 'video/ogg'],
  ['a document', '%PDF-1.7\n', 'file', 'application/pdf'],
  ['an archive', 'PK\x03\x04\x14', 'file', 'application/zip'],
]

describe('what a file is', () => {
  it.each(heads)('is told from its first bytes: %s', (_what, head, sentAs, type) => {
    expect(sniff(bytes(head), sentAs)).toBe(type)
  })

  it.each([
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a picture that is a program', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a picture that is a program, with a declaration', '<?xml version="1.0"?><svg/>'],
    ['a page behind a byte order mark', '\xef\xbb\xbf<html>'],
    ['a page that begins like a comment', 'GIF <script>'],
    ['a program', 'MZ\x90\0'],
    ['another program', '\x7fELF'],
    ['a newer photo format', `${FTYP}ftypheic`],
    ['another container of the same family', 'RIFF\x10\0\0\0ACONanih'],
    ['nothing', ''],
  ])('is nothing we keep: %s', (_what, head) => {
    for (const sentAs of ['image', 'video', 'audio', 'file']) expect(sniff(bytes(head), sentAs)).toBeUndefined()
  })

  it('is never a kind in which a browser runs scripts, whatever the bytes and whatever it was sent as', () => {
    const words = fc.oneof(fc.string(), fc.constantFrom('toString', 'constructor', '__proto__', 'audio'))
    const starts = fc.constantFrom('', ...heads.map(([, head]) => head), '<html>', '<svg', '<?xml')
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 80 }), words, (start, rest, sentAs) => {
        const type = sniff(Buffer.concat([bytes(start), rest]), sentAs)
        return type === undefined || (type in mediaTypes && !/html|svg|xml|script|text/.test(type))
      }),
      { numRuns: 2000 },
    )
  })

  it('does not depend on where in memory the bytes lie', () => {
    const padded = Buffer.concat([bytes('padding'), bytes('GIF89a\x02\0\x03\0')]).subarray(7)
    expect(sniff(padded, 'image')).toBe('image/gif')
    expect(dimensionsOf('image/gif', padded)).toEqual({ width: 2, height: 3 })
  })
})

describe('the size of a picture', () => {
  const be = (n: number) => String.fromCharCode(n >> 8, n & 255)
  const frame = (w: number, h: number) => `\xff\xc2\0\x11\x08${be(h)}${be(w)}`
  const segment = (marker: string, length: number) => `\xff${marker}${be(length + 2)}${'x'.repeat(length)}`

  it.each([
    ['image/png', `\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0${be(640)}\0\0${be(480)}`],
    ['image/gif', 'GIF89a\x80\x02\xe0\x01'],
    ['image/jpeg', `\xff\xd8${segment('\xe0', 14)}\xff${segment('\xc4', 60)}${frame(640, 480)}`],
    ['image/jpeg', `\xff\xd8${segment('\xe1', 65_000)}${segment('\xe2', 65_000)}${frame(640, 480)}`],
    ['image/webp', 'RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0'],
    ['image/webp', 'RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x30\x01\0\x9d\x01\x2a\x80\x02\xe0\x01'],
    ['image/webp', `RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f${'\x7f\xc2\x77\0'}`],
  ] as const)('is read from the head of an %s', (type, head) => {
    expect(dimensionsOf(type, bytes(head))).toEqual({ width: 640, height: 480 })
  })

  it('is nothing when the head is anything else, and never an error', () => {
    const types = fc.constantFrom('image/png', 'image/gif', 'image/jpeg', 'image/webp', 'video/mp4')
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 64 }), fc.boolean(), (type, rest, isJpeg) => {
        const found = dimensionsOf(type as 'image/png', isJpeg ? Buffer.concat([bytes('\xff\xd8\xff'), rest]) : rest)
        return found === undefined || (found.width > 0 && found.height > 0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a body that is recognised', () => {
  async function* inParts(whole: Buffer, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
  }

  it('comes out as it went in, however it was cut', async () => {
    const body = fc.uint8Array({ maxLength: 2000 })
    await fc.assert(
      fc.asyncProperty(body, fc.integer({ min: 1, max: 700 }), async (rest, size) => {
        const whole = Buffer.concat([bytes('GIF89a\x01\0\x01\0'), rest])
        const { body } = await recognise(inParts(whole, size), 'image')
        const parts: Uint8Array[] = []
        for await (const part of body) parts.push(part)
        return Buffer.concat(parts).equals(whole)
      }),
    )
  })

  it('is let go of at once when it is none of our kinds, or a picture that would fill the memory', async () => {
    const bomb = '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff'
    for (const [head, field] of [
      ['<html>', 'wrong_type'],
      [bomb, 'too_large'],
    ] as const) {
      let closed = false
      const endless = async function* () {
        try {
          for (;;) yield bytes(head.padEnd(100_000))
        } finally {
          closed = true
        }
      }
      await expect(recognise(endless(), 'image')).rejects.toMatchObject({ code: 'platform_refused', field })
      expect(closed).toBe(true)
    }
  })
})
