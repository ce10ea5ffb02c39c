import type { Platform } from '#src/domain/platform.ts'

/** One signed body, as it arrived. */
export interface Delivery {
  source: Platform
  /** The digest that was verified; the same bytes have the same one. */
  digest: string
  /** Which secret signed it. */
  secretLabel: string
  body: Uint8Array
  acceptedAt: Date
}

/** The same as Redis keeps it while MySQL is away. */
export interface KeptDelivery extends Omit<Delivery, 'body' | 'acceptedAt'> {
  bodyBase64: string
  /** ms since the epoch. */
  acceptedAt: number
}

export function keptDelivery({ source, digest, secretLabel, body, acceptedAt }: Delivery): KeptDelivery {
  const bodyBase64 = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64')
  return { source, digest, secretLabel, bodyBase64, acceptedAt: acceptedAt.getTime() }
}
