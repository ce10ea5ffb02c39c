import type { MediaType } from '#src/domain/media.ts'

export interface Dimensions {
  width: number
  height: number
}

type Reader = (head: DataView) => Dimensions | undefined

const readers: Partial<Record<MediaType, Reader>> = {
  'image/png': (head) => ({ width: head.getUint32(16), height: head.getUint32(20) }),
  'image/gif': (head) => ({ width: head.getUint16(6, true), height: head.getUint16(8, true) }),
  'image/webp': readWebp,
  'image/jpeg': readJpeg,
}

/** How large a picture says that it is; nothing when its head does not say, or is cut off. */
export function dimensionsOf(type: MediaType, head: Uint8Array): Dimensions | undefined {
  try {
    const found = readers[type]?.(new DataView(head.buffer, head.byteOffset, head.byteLength))
    return found && found.width > 0 && found.height > 0 ? found : undefined
  } catch {
    return undefined
  }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function readWebp(head: DataView): Dimensions | undefined {
  switch (head.getUint8(15)) {
    case 0x58:
      return { width: (head.getUint32(24, true) & 0xffffff) + 1, height: (head.getUint32(26, true) >>> 8) + 1 }
    case 0x4c: {
      const bits = head.getUint32(21, true)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    default:
      return { width: head.getUint16(26, true) & 0x3fff, height: head.getUint16(28, true) & 0x3fff }
  }
}

const SEGMENTS_MAX = 200

/** Walks the segments up to the first frame header: ITU-T T.81, B.1.1.3. */
function readJpeg(head: DataView): Dimensions | undefined {
  for (let at = 2, seen = 0; seen < SEGMENTS_MAX; seen++) {
    if (head.getUint8(at) !== 0xff) return undefined
    const marker = head.getUint8(at + 1)
    if (isFrame(marker)) return { height: head.getUint16(at + 5), width: head.getUint16(at + 7) }
    // A filler byte stands alone.
    at += marker === 0xff ? 1 : 2 + head.getUint16(at + 2)
  }
  return undefined
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}
