import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { codewordsOf } from './codewords.ts'
import { correctionOf } from './galois.ts'
import { formatBits, qrMatrix, versionBits } from './matrix.ts'

function hashOf(text: string): string {
  const rows = qrMatrix(text).map((row) => row.map(Number).join(''))
  return createHash('sha256').update(rows.join('\n')).digest('hex')
}

describe('a QR code', () => {
  // The worked example of ISO/IEC 18004, annex I: “01234567” in version 1-M.
  it('is followed by the correction bytes of the standard’s example', () => {
    const data = [0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11]
    expect(correctionOf(data, 10)).toEqual([0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55])
  })

  // ISO/IEC 18004, tables C.1 and D.1.
  it('names its mask and its version as the standard’s tables do', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(formatBits)).toEqual([
      0x5412, 0x5125, 0x5e7c, 0x5b4b, 0x45f9, 0x40ce, 0x4f97, 0x4aa0,
    ])
    expect([7, 8, 20].map(versionBits)).toEqual([0x07c94, 0x085bc, 0x149a6])
  })

  // Made by another program (the npm package qrcode 1.5.4, byte mode, level M): versions 1, 7 and 15.
  it.each([
    ['Countersign', 'cbfa44645885b3705993f4567de118b9190932553cacaa6b3814e57d14e4709a'],
    [`https://example.com/${'x'.repeat(100)}`, '4200e6aa857a1f1b22bed13f3ee0f50fc2f0182baa6c7fa1c142b8fdb0233323'],
    ['ü'.repeat(200), 'c4e3e81b5d0912003151090ccb2301ac857c0766ff906cb73c2585690ef84709'],
  ])('is the one that others draw for %s', (text, hash) => {
    expect(hashOf(text)).toBe(hash)
  })

  it('is as small as the text allows', () => {
    const versions = [14, 15, 26, 27, 666].map((length) => codewordsOf('x'.repeat(length)).version)
    expect(versions).toEqual([1, 2, 2, 3, 20])
    expect(() => codewordsOf('x'.repeat(667))).toThrow(RangeError)
  })
})
