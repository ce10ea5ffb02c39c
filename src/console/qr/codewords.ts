/* From a text to the bytes of a QR code: byte mode, error correction level M, the smallest version that fits. ISO/IEC 18004, 7.4–7.6 */
import { correctionOf } from './galois.ts'

/** For level M and versions 1 to 20: correction bytes of a block, and how many blocks there are. ISO/IEC 18004, table 9. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26]
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]
const BYTE_MODE = 0b0100
const PADDING = [0xec, 0x11]

export interface Codewords {
  version: number
  bytes: number[]
}

/** Throws a `RangeError` for a text of more than 666 bytes. */
export function codewordsOf(text: string): Codewords {
  const content = [...new TextEncoder().encode(text)]
  const version = BLOCKS.findIndex((_, i) => fits(content.length, i + 1)) + 1
  if (version === 0) throw new RangeError('The text is too long for a QR code')
  return { version, bytes: interleave(blocksOf(padded(content, version), version), version) }
}

function fits(length: number, version: number): boolean {
  return 4 + lengthBits(version) + 8 * length <= 8 * dataBytes(version)
}

function lengthBits(version: number): number {
  return version < 10 ? 8 : 16
}

/** All bytes that the version has room for, whatever they are for. */
function allBytes(version: number): number {
  const patterns = Math.floor(version / 7) + 2
  const alignment = version < 2 ? 0 : (25 * patterns - 10) * patterns - 55
  return Math.floor(((16 * version + 128) * version + 64 - alignment - (version < 7 ? 0 : 36)) / 8)
}

function dataBytes(version: number): number {
  return allBytes(version) - correctionBytes(version) * blocks(version)
}

function padded(content: readonly number[], version: number): number[] {
  const room = dataBytes(version)
  const bits = [[BYTE_MODE, 4], [content.length, lengthBits(version)], ...content.map((byte) => [byte, 8]), [0, 4]]
  const text = bits.map(([value = 0, length = 0]) => value.toString(2).padStart(length, '0')).join('')
  const bytes = (text.slice(0, room * 8).match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
  for (let i = 0; bytes.length < room; i++) bytes.push(PADDING[i % 2] ?? 0)
  return bytes
}

/** Blocks of nearly the same length, the shorter ones first. */
function blocksOf(data: readonly number[], version: number): number[][] {
  const count = blocks(version)
  const short = Math.floor(data.length / count)
  const longer = data.length % count
  let from = 0
  return Array.from({ length: count }, (_, i) => {
    const to = from + short + (i < count - longer ? 0 : 1)
    const block = data.slice(from, to)
    from = to
    return block
  })
}

/** The first byte of each block, the second of each, and so on; then their correction bytes in the same way. */
function interleave(data: readonly number[][], version: number): number[] {
  const correction = data.map((block) => correctionOf(block, correctionBytes(version)))
  return [...columns(data), ...columns(correction)]
}

function columns(blocks: readonly number[][]): number[] {
  const longest = Math.max(...blocks.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => blocks.flatMap((block) => block[i] ?? [])).flat()
}

function correctionBytes(version: number): number {
  return CORRECTION[version - 1] ?? 0
}

function blocks(version: number): number {
  return BLOCKS[version - 1] ?? 1
}
