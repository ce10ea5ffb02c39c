/*
 * Fetches what a stranger's message points to, and is led nowhere else. Only https on its own port, only addresses of the
 * public internet, and the connection goes to the very address that was looked at: a name that means something else a moment
 * later is not asked again. Redirects are followed by hand, each judged anew. Nothing of ours goes along.
 */

import { promises as dns, type LookupAddress } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { AppError } from '#src/domain/errors.ts'
import { MEDIA_BYTES_MAX } from '#src/domain/media.ts'
import { parseUrl } from '#src/domain/url.ts'
import { isPublicAddress } from './address.ts'
import { refused } from './recognise.ts'

export interface DownloadOptions {
  /** The one place outside of the rules: where the sandbox stands. */
  origin?: string | undefined
  maxBytes?: number
  resolve?: (host: string) => Promise<LookupAddress[]>
  isPublic?: (address: string) => boolean
}

export type Download = (url: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>

const REDIRECTS_MAX = 3
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 303, 307, 308]
/** What may heal by itself; every other refusal of a signed link stays one. */
const PASSING: readonly (number | undefined)[] = [408, 425, 429]

const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Countersign' }

/** The body, which ends with an error when it is longer than `maxBytes`. `platform_refused` is for good, and names the reason in `field`. */
export function createDownload(options: DownloadOptions = {}): Download {
  const { maxBytes = MEDIA_BYTES_MAX } = options
  const ask = createAsk(options)

  return async (first, signal) => {
    let url = first
    for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
      const answer = await ask(url, signal)
      const { statusCode } = answer
      if (statusCode === 200) return bodyOf(answer, maxBytes)
      answer.destroy()
      if (!REDIRECTS.includes(statusCode)) throw failureOf(statusCode)
      url = follow(answer, url)
    }
    throw refused('wrong_address', 'Led on too often')
  }
}

function follow({ headers: { location = '' } }: IncomingMessage, from: string): string {
  return parseUrl(location, from)?.href ?? location
}

function createAsk({ origin, resolve = resolveAll, isPublic = isPublicAddress }: DownloadOptions) {
  const lookup = createLookup(resolve, isPublic)

  return (text: string, signal: AbortSignal): Promise<IncomingMessage> => {
    const url = parseUrl(text)
    const isExempt = url !== undefined && origin !== undefined && url.origin === new URL(origin).origin
    if (!url || !(isExempt || isFetchable(url, isPublic)))
      throw refused('wrong_address', 'Not an address we fetch from')
    // A fresh connection each time, so that none is shared with an address that was judged earlier.
    const options = { headers, signal, agent: false as const, ...(!isExempt && { lookup }) }
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((answered, failed) => {
      request(new URL(url.pathname + url.search, url.origin), options, answered)
        .once('error', (error) => failed(known(error)))
        .end()
    })
  }
}

/** A name is judged once it is looked up; an address that is written out is never looked up. */
function isFetchable({ protocol, username, password, port, hostname }: URL, isPublic: (address: string) => boolean) {
  if (protocol !== 'https:' || username !== '' || password !== '' || port !== '') return false
  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(literal) === 0 || isPublic(literal)
}

/** One look for one connection, and all that it finds must be public: the connector chooses among these and looks no more. */
function createLookup(resolve: NonNullable<DownloadOptions['resolve']>, isPublic: (address: string) => boolean) {
  const lookup: LookupFunction = (host, { all }, callback) => {
    const answer = (error: Error | null, found: LookupAddress[]) => {
      const [first] = found
      if (all) callback(error, found)
      else callback(error, first?.address ?? '', first?.family)
    }
    resolve(host).then(
      (found) => {
        const isOpen = found.length > 0 && found.every(({ address }) => isPublic(address))
        if (isOpen) answer(null, found)
        else answer(refused('wrong_address', 'Not an address of the public internet'), [])
      },
      (error: Error) => answer(error, []),
    )
  }
  return lookup
}

function resolveAll(host: string): Promise<LookupAddress[]> {
  return dns.lookup(host, { all: true })
}

async function* bodyOf(answer: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw refused('too_large', 'The file is too large')
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw refused('too_large', 'The file is too large')
      yield chunk
    }
  } catch (error) {
    throw known(error)
  } finally {
    answer.destroy()
  }
}

function failureOf(status: number | undefined): AppError {
  const mayHeal = status === undefined || status >= 500 || PASSING.includes(status)
  if (mayHeal) return new AppError('platform_unavailable', `The server of the file answered ${status}`)
  return refused('gone', `The server of the file answered ${status}`)
}

/** A driver's words stay where they are. */
function known(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('platform_unavailable', 'The server of the file cannot be reached', { cause: error })
}
