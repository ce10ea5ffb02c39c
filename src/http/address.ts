import type { Context } from 'hono'

interface NodeBindings {
  incoming?: { socket?: { remoteAddress?: string } }
}

const HERE = /^(::ffff:)?127\.|^::1$/

/** Where a request comes from. Only a proxy on this machine is believed, and only about the last hop: anybody else could name any address. */
export function clientAddress(c: Context): string {
  const peer = (c.env as NodeBindings | undefined)?.incoming?.socket?.remoteAddress
  if (!peer) return 'unknown'
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
  return HERE.test(peer) && forwarded ? forwarded.slice(0, 64) : peer
}
