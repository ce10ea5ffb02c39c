import { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'

const MONTHS_SIX_MS = 180 * 86_400_000

/** Tells a finder where to report a hole. https://www.rfc-editor.org/rfc/rfc9116 */
export function createSecurityTxt({
  contact,
  publicUrl,
  now,
}: {
  contact: string | undefined
  publicUrl: string
  now: () => Date
}): Hono {
  return new Hono().get('/.well-known/security.txt', (c) => {
    if (!contact) throw new AppError('not_found', 'There is nothing at this address')
    const expires = new Date(now().getTime() + MONTHS_SIX_MS).toISOString()
    const lines = [`Contact: ${contact}`, `Expires: ${expires}`, `Canonical: ${publicUrl}/.well-known/security.txt`]
    return c.text(`${lines.join('\n')}\n`, 200, { 'cache-control': 'max-age=86400' })
  })
}
