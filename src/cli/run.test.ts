import { describe, expect, it } from 'vitest'
import type { Environment } from '#src/config.ts'
import { createApprovalChecker, createApprovalSigner, isApprovalKey } from '#src/vault/approvals.ts'
import { parseFernetKeys } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { commands } from './commands.ts'
import { runCli } from './run.ts'

async function run(args: string[], { env = {}, stdin = '' }: { env?: Environment; stdin?: string } = {}) {
  const written = { out: '', err: '' }
  const code = await runCli(args, {
    env,
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    readSecret: async () => stdin.trim(),
  })
  return { code, ...written }
}

describe('keys generate', () => {
  it('prints one Fernet key of 44 characters and nothing else, a new one each time', async () => {
    const { code, out, err } = await run(['keys', 'generate'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^[\w-]{43}=\n$/)
    expect(parseFernetKeys(new Secret(out.trim()))).toHaveLength(1)
    expect((await run(['keys', 'generate', 'fernet'])).out).not.toBe(out)
  })

  it('prints 32 random bytes in hex for sessions', async () => {
    expect((await run(['keys', 'generate', 'session'])).out).toMatch(/^[0-9a-f]{64}\n$/)
  })

  it('prints 43 characters that a URL may hold for programs, and 32 bytes in hex for anything else', async () => {
    const printed = async (kind: string) => (await run(['keys', 'generate', kind])).out
    expect(await printed('hex')).toMatch(/^[0-9a-f]{64}\n$/)
    const keys = await Promise.all(Array.from({ length: 100 }, () => printed('api')))
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}\n$/)
    expect(new Set(keys).size).toBe(100)
  })

  it.each(['approval', 'audit'])('prints a pair of %s keys that fit each other', async (kind) => {
    const { out } = await run(['keys', 'generate', kind])
    const name = kind.toUpperCase()
    const [, signing = '', open = ''] =
      new RegExp(`^${name}_SIGNING_KEY=(.+)\n${name}_PUBLIC_KEY=(.+)\n$`).exec(out) ?? []
    expect([isApprovalKey(signing, 'private'), isApprovalKey(open, 'public')]).toEqual([true, true])
    const approval = {} as Parameters<ReturnType<typeof createApprovalSigner>>[0]
    expect(createApprovalChecker(open)(approval, createApprovalSigner(new Secret(signing))(approval))).toBe(true)
  })
})

describe('a command typed wrongly', () => {
  const canary = 'IGAAcanary0123456789canary'

  it.each([
    ['an unknown command', ['account', 'add', canary]],
    ['an unknown option', ['accounts', 'add', `--token=${canary}`]],
    ['a token among the arguments', ['accounts', 'add', canary]],
    ['a token behind an unknown option', ['accounts', 'add', '--token', canary]],
    ['a token that looks like an option', ['accounts', 'add', `--${canary}`]],
    ['an unknown kind of key', ['keys', 'generate', canary]],
    ['an option without its value', ['accounts', 'stop', '--reason']],
    ['a missing argument', ['accounts', 'stop']],
    ['an unknown process', ['config', 'show', canary]],
    ['an unknown platform', ['accounts', 'add', '--platform', canary]],
    ['an expiry that is over', ['accounts', 'add', '--expires-at', '2020-01-01']],
  ])('with %s exits 2 and repeats nothing that was typed', async (_, args) => {
    const { code, out, err } = await run(args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).not.toBe('')
    expect(err).not.toContain('canary')
  })

  it.each([
    ['empty', '', 2],
    ['two lines', `${canary}\n${canary}`, 5],
    ['no token', 'a b', 5],
  ])('exits when standard input is %s', async (_, stdin, code) => {
    const found = await run(['accounts', 'add'], { stdin })
    expect(found.code).toBe(code)
    expect(found.err).not.toContain('canary')
  })
})

describe('without its configuration', () => {
  it.each([['audit verify'], ['accounts list'], ['migrate'], ['migrate status'], ['sending stop']])(
    '%s exits 78 and names what is missing',
    async (name) => {
      expect(await run(name.split(' '))).toEqual({
        code: 78,
        out: '',
        err: expect.stringContaining('DATABASE_URL is missing'),
      })
    },
  )

  it('names faults without their values', async () => {
    const { code, err } = await run(['accounts', 'list'], {
      env: { DATABASE_URL: 'postgres://canary', PORT: 'canary' },
    })
    expect(code).toBe(78)
    expect(err).toContain('DATABASE_URL must')
    expect(err).toContain('PORT must')
    expect(err).not.toContain('canary')
  })

  it('exits 69 when the database does not answer', async () => {
    const { code, err } = await run(['accounts', 'list'], {
      env: { DATABASE_URL: 'mysql://app:canary@127.0.0.1:1/countersign' },
    })
    expect({ code, err }).toEqual({ code: 69, err: 'The database cannot be reached\n' })
  })

  it('health exits 69 when nobody listens', async () => {
    expect(await run(['health', '--json'], { env: { PORT: '1' } })).toEqual({
      code: 69,
      out: '{"ready":false,"status":null}\n',
      err: '',
    })
  })
})

describe('config', () => {
  const env = {
    DATABASE_URL: 'mysql://app:canary@db/countersign',
    SESSION_SECRET_FILE: '/run/secrets/session',
    ANTHROPIC_API_KEY: 'sk-ant-canary',
    PORT: '4000',
  }

  it('shows what a process runs with, and no secret', async () => {
    const { code, out } = await run(['config', 'show', 'web', '--json'], { env })
    expect(code).toBe(0)
    expect(out).not.toContain('canary')
    const rows = JSON.parse(out)
    expect(rows).toContainEqual({ name: 'PORT', value: '4000', from: 'environment' })
    expect(rows).toContainEqual({ name: 'DATABASE_URL', value: '[secret]', from: 'environment' })
    expect(rows).toContainEqual({ name: 'SESSION_SECRET', value: '/run/secrets/session', from: 'file' })
    expect(rows).toContainEqual({ name: 'HOST', value: '127.0.0.1', from: 'default' })
    expect(rows.map(({ name }: { name: string }) => name)).not.toContain('ANTHROPIC_API_KEY')
  })

  it('tells the faults of all processes at once', async () => {
    const { code, err } = await run(['config', 'check'], { env })
    expect(code).toBe(78)
    for (const name of [
      'REDIS_URL',
      'APP_SECRET_KEY',
      'APPROVAL_SIGNING_KEY',
      'APPROVAL_PUBLIC_KEY',
      'SESSION_SECRET',
    ]) {
      expect(err).toContain(name)
    }
    expect(err.match(/REDIS_URL/g)).toHaveLength(1)
  })
})

describe('help', () => {
  it('lists every command and the exit codes', async () => {
    const { code, out } = await run(['--help'])
    expect(code).toBe(0)
    for (const { name } of commands) expect(out).toContain(`  ${name}`)
    expect(out).toContain('78 configuration')
    expect((await run([])).out).toBe(out)
  })

  it.each(commands.map(({ name }) => name))('of %s says what it takes', async (name) => {
    const { code, out } = await run([...name.split(' '), '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: countersign ${name}`)
  })

  it('prints the version of the package', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' })
  })
})
