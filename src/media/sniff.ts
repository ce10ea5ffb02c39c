import type { MediaType } from '#src/domain/media.ts'

/*
 * What a file is, by its first bytes: https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern, and for the boxes of MP4
 * and QuickTime ISO/IEC 14496-12. What is not recognised is not kept.
 */

/** Bytes as characters, from a place on; of several texts one. */
type Part = readonly [at: number, ...texts: string[]]

const signatures: readonly (readonly [MediaType, ...Part[]])[] = [
  ['image/jpeg', [0, '\xff\xd8\xff']],
  ['image/png', [0, '\x89PNG\r\n\x1a\n']],
  ['image/gif', [0, 'GIF87a', 'GIF89a']],
  ['image/webp', [0, 'RIFF'], [8, 'WEBPVP8 ', 'WEBPVP8L', 'WEBPVP8X']],
  ['audio/wav', [0, 'RIFF'], [8, 'WAVE']],
  ['video/x-msvideo', [0, 'RIFF'], [8, 'AVI ']],
  ['audio/mp4', [4, 'ftypM4A ', 'ftypM4B ', 'ftypF4A ']],
  ['video/quicktime', [4, 'ftypqt  ']],
  [
    'video/mp4',
    [4, ...['isom', 'iso2', 'iso3', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1'].map((it) => `ftyp${it}`)],
  ],
  [
    'video/mp4',
    [4, ...['dash', 'MSNV', 'M4V ', 'M4VP', 'M4VH', '3gp4', '3gp5', '3gp6', 'f4v '].map((it) => `ftyp${it}`)],
  ],
  ['audio/ogg', [0, 'OggS\0']],
  ['audio/mpeg', [0, 'ID3\x02', 'ID3\x03', 'ID3\x04', '\xff\xfb', '\xff\xfa', '\xff\xf3', '\xff\xf2']],
  ['audio/aac', [0, '\xff\xf1', '\xff\xf9']],
  ['application/pdf', [0, '%PDF-1.', '%PDF-2.']],
  ['application/zip', [0, 'PK\x03\x04']],
]

/** Containers that hold a voice note or a film alike: then it is what it was sent as. */
const sentAs: readonly (readonly [found: MediaType, sentAs: string, is: MediaType])[] = [
  ['video/mp4', 'audio', 'audio/mp4'],
  ['audio/ogg', 'video', 'video/ogg'],
]

const LOOK_BYTES = 64
const EBML = '\x1aE\xdf\xa3'

/** `attachmentType` is the platform's word for it. */
export function sniff(head: Uint8Array, attachmentType: string): MediaType | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, LOOK_BYTES)).toString('latin1')
  const found = isWebm(text) ? 'video/webm' : signatures.find(([, ...parts]) => parts.every(stands(text)))?.[0]
  return sentAs.find(([type, word]) => type === found && word === attachmentType)?.[2] ?? found
}

function stands(text: string) {
  return ([at, ...texts]: Part) => texts.some((one) => text.startsWith(one, at))
}

/** The kind of document stands somewhere in the head: https://www.rfc-editor.org/rfc/rfc8794 */
function isWebm(text: string): boolean {
  return text.startsWith(EBML) && text.includes('webm')
}
