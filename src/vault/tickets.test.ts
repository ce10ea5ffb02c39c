import { createHmac, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'
import { createTickets } from './tickets.ts'

const secret = new Secret('a session secret of thirty-two bytes')
const clock = { at: new Date('2026-11-24T12:00:00.000Z') }
const tickets = createTickets(secret, () => clock.at)
const from = clock.at.getTime() / 1000
const claims = { sid: 'ses_1', sub: 'opr_1', iss: 'countersign', aud: 'console', jti: 'j', iat: from, nbf: from }
const key = new Uint8Array(hkdfSync('sha256', secret.reveal(), '', 'countersign access ticket', 32))

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A ticket as we sign it, but for what is changed. */
function signed(changed: Record<string, unknown> = {}, header: Record<string, unknown> = {}, hash = 'sha256'): string {
  const head = encode({ alg: 'HS256', typ: 'at+jwt', ...header })
  const body = encode({ ...claims, exp: from + 600, ...changed })
  const mac = createHmac(hash, key).update(`${head}.${body}`).digest('base64url')
  return `${head}.${body}.${mac}`
}

async function signedWith(alg: 'RS256' | 'EdDSA'): Promise<string> {
  const { privateKey } =
    alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  return new SignJWT({ ...claims, exp: from + 600 }).setProtectedHeader({ alg, typ: 'at+jwt' }).sign(privateKey)
}

describe('a ticket', () => {
  it('says who it is for, for ten minutes and no longer', async () => {
    const ticket = await tickets.sign('access', { sub: 'opr_1', sid: 'ses_1' })
    expect(await tickets.read('access', ticket)).toEqual({ sub: 'opr_1', sid: 'ses_1' })
    const { exp, iat } = JSON.parse(Buffer.from(ticket.split('.')[1] ?? '', 'base64url').toString())
    expect(exp - iat).toBe(600)
    clock.at = new Date((from + 610) * 1000)
    expect(await tickets.read('access', ticket)).toBeUndefined()
    clock.at = new Date(from * 1000)
  })

  it('is the one that these tests change: unchanged it is taken', async () => {
    expect(await tickets.read('access', signed())).toEqual({ sub: 'opr_1', sid: 'ses_1' })
  })

  const [head = '', body = '', mac = ''] = signed().split('.')
  const others = {
    'without a signature': `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
    'with another spelling of none': `${encode({ alg: 'nOnE', typ: 'at+jwt' })}.${body}.${mac}`,
    'that says none and keeps its signature': `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.${mac}`,
    'signed with another hash of the same key': signed({}, { alg: 'HS512' }, 'sha512'),
    'that names an algorithm it does not use': signed({}, { alg: 'RS256' }),
    'that brings its own key': signed({}, { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' }, crit: ['jwk'] }),
    'from another issuer': signed({ iss: 'somebody' }),
    'without an issuer': signed({ iss: undefined }),
    'for another audience': signed({ aud: 'sign-in' }),
    'without an audience': signed({ aud: undefined }),
    'of another type': signed({}, { typ: 'JWT' }),
    'without a type': signed({}, { typ: undefined }),
    'that has expired': signed({ iat: from - 700, nbf: from - 700, exp: from - 60 }),
    'that never expires': signed({ exp: undefined }),
    'that lives longer than ours do': signed({ iat: from - 700, exp: from + 6000 }),
    'from the future': signed({ iat: from + 60, nbf: from + 60 }),
    'issued in the future, valid now': signed({ iat: from + 60 }),
    'without an id': signed({ jti: undefined }),
    'without a session': signed({ sid: undefined }),
    'whose session is no text': signed({ sid: 7 }),
    'whose words were changed': `${head}.${encode({ ...claims, exp: from + 600, sub: 'opr_2' })}.${mac}`,
    'whose signature was changed': `${head}.${body}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`,
    'with a part too many': `${signed()}.x`,
    'that is nothing': '',
    'that is no ticket': 'admin',
  }

  it.each(Object.entries(others))('%s is none', async (_what, text) => {
    expect(await tickets.read('access', text)).toBeUndefined()
  })

  it.each(['RS256', 'EdDSA'] as const)('signed with a key of somebody’s own is none: %s', async (alg) => {
    expect(await tickets.read('access', await signedWith(alg))).toBeUndefined()
  })

  it('of one kind is none of the other, and none under another secret', async () => {
    const step = await tickets.sign('step', { sub: 'opr_1', sid: 'x' })
    const access = await tickets.sign('access', { sub: 'opr_1', sid: 'ses_1' })
    expect(await tickets.read('access', step)).toBeUndefined()
    expect(await tickets.read('step', access)).toBeUndefined()
    const others = createTickets(new Secret('another secret of thirty-two bytes!!'), () => clock.at)
    expect(await others.read('access', access)).toBeUndefined()
  })
})
