import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

interface BodyLimits {
  maxBytes: number
  /** A client that needs longer for its body is cut off. */
  deadlineMs: number
}

/** The bytes as they arrived. Under Node they come straight from its stream, which is a fifth faster than through a `Request`. */
export async function readBody(c: Context, { maxBytes, deadlineMs }: BodyLimits): Promise<Uint8Array> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw cutOff(413)
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage }
  if (incoming) return readStream(incoming, { maxBytes, deadlineMs })
  const body = new Uint8Array(await c.req.arrayBuffer())
  if (body.length > maxBytes) throw cutOff(413)
  return body
}

function readStream(incoming: IncomingMessage, { maxBytes, deadlineMs }: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > maxBytes) stop(413)
    }
    const onEnd = () => {
      forget()
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    }
    const onGone = () => stop(400)
    const timer = setTimeout(() => stop(408), deadlineMs)
    const forget = () => {
      clearTimeout(timer)
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
    }
    const stop = (status: 400 | 408 | 413) => {
      forget()
      incoming.pause()
      reject(cutOff(status))
    }
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
  })
}

/** What is still to come is not read, so the connection is of no more use. */
function cutOff(status: 400 | 408 | 413): HTTPException {
  return new HTTPException(status, { res: new Response(null, { status, headers: { connection: 'close' } }) })
}
