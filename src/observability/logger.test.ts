import fs from 'node:fs'
import { DrizzleQueryError } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import { createLogger, errorFields } from './logger.ts'
import { scrub, scrubThoroughly } from './scrub.ts'

const canaries = {
  instagramToken: 'IGAAQcanaryCanaryCanary0123456789',
  pageToken: 'EAAGcanaryCanaryCanary0123456789',
  claudeKey: 'sk-ant-api03-canaryCanary0123',
  sealed: 'gAAAAABcanaryCanaryCanaryCanary0123==',
  bearer: 'Bearer canary.canary-canary',
  databaseUrl: 'mysql://app:canaryPassword@db:3306/countersign',
  query: 'https://graph.instagram.com/me?access_token=canary0123456789&fields=id',
  email: 'canary.person@example.org',
  phone: '+49 30 1234567',
}
const said = 'canary words a customer wrote'

function aLog() {
  const lines: string[] = []
  return {
    lines,
    log: createLogger({ level: 'debug', pretty: false, process: 'test', write: (line) => lines.push(line) }),
  }
}

function aDatabaseError(): Error {
  const driver = Object.assign(new Error(`Duplicate entry '${said}' for key 'x'`), {
    code: 'ER_DUP_ENTRY',
    errno: 1062,
    sql: `insert into messages values ('${said}')`,
    sqlMessage: `Duplicate entry '${said}'`,
  })
  return new DrizzleQueryError('insert into messages values (?)', [said, canaries.instagramToken], driver)
}

describe('a log line', () => {
  it('is one JSON object with time, level, process and the fields', () => {
    const { lines, log } = aLog()
    log.info({ queue: 'outbox.instagram', post: 'pst_1', ms: 12 }, 'job done')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      process: 'test',
      queue: 'outbox.instagram',
      post: 'pst_1',
      ms: 12,
      msg: 'job done',
    })
  })

  it.each(Object.entries(canaries))('never shows a %s, in a message or at any depth', (_, canary) => {
    const { lines, log } = aLog()
    log.error(`failed for ${canary} twice: ${canary}`)
    log.warn({ deep: { deeper: [{ deepest: { note: canary } }] } }, 'with %s', canary)
    log.info({ list: [canary] })
    for (const line of lines) {
      expect(line).not.toMatch(/canary|1234567/)
      expect(() => JSON.parse(line)).not.toThrow()
    }
    expect(lines).toHaveLength(3)
  })

  it('hides what is known by its name, down to four levels', () => {
    const { lines, log } = aLog()
    log.info({ text: said, a: { body: said, b: { token: said, c: { password: said, authorization: said } } } })
    expect(lines[0]).not.toContain('canary')
    expect(lines[0]).toContain('[hidden]')
  })

  it('prints a Secret as what it is', () => {
    const { lines, log } = aLog()
    log.info(
      { key: new Secret(said), deep: { keys: [new Secret(said)] } },
      'with %s and %j',
      new Secret(said),
      new Secret(said),
    )
    expect(lines[0]).not.toContain('canary')
  })

  it('leaves the fields it was given as they were', () => {
    const { lines, log } = aLog()
    const fields = { a: { token: said, list: [aDatabaseError(), 1], plain: { n: 1 } }, b: 2 }
    const { a } = fields
    log.info(fields, 'job done')
    expect(fields).toEqual({ a, b: 2 })
    expect(a).toMatchObject({ token: said, list: [expect.any(Error), 1] })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      a: { token: '[hidden]', list: [{ code: 'internal' }, 1], plain: { n: 1 } },
      b: 2,
    })
  })

  it('keeps ids and numbers as they are', () => {
    const { lines, log } = aLog()
    const fields = {
      post: 'pst_01kb3v9k2r7m5x8q4w6n0t1ehs',
      account: '17841400000000000',
      ms: 12_345_678,
      url: 'http://127.0.0.1:3000/queue',
    }
    log.info(fields, 'listening')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(fields)
  })
})

describe('the scrubber', () => {
  const pieces = [
    'Bearer ',
    'bEARER\t',
    'IGAA',
    'EAA',
    'IGQ',
    'sk-ant-',
    'gAAAA',
    'api_key=',
    'TOKEN=',
    '://',
    ':',
    '@',
  ]
  const fillers = ['a', '.example', '+4', '9 ', '(0) ', '1234567', 'canary0123456789', '"', '\\', ' ', '=']
  const texts = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...fillers), fc.string()), {
    maxLength: 12,
  })

  it('lets nothing through at its first look that it would find at its second', () => {
    fc.assert(
      fc.property(texts, (parts) => scrub(parts.join('')) === scrubThoroughly(parts.join(''))),
      { numRuns: 20_000 },
    )
  })
})

describe('a line for a terminal', () => {
  it('passes the same locks', () => {
    const written: string[] = []
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    const fd = vi.spyOn(fs, 'writeSync').mockImplementation((_fd, text) => written.push(String(text)))
    createLogger({ level: 'info', pretty: true, process: 'test' }).error(aDatabaseError(), `for ${canaries.email}`)
    stdout.mockRestore()
    fd.mockRestore()
    expect(written.join('')).toContain('[e-mail]')
    expect(written.join('')).not.toContain('canary')
  })
})

describe('an error in a log line', () => {
  const errors: Record<string, unknown> = {
    'of the database layer': aDatabaseError(),
    'of an HTTP client': Object.assign(new Error(`400 {"error":{"message":"${said}"}}`), {
      status: 400,
      error: { message: said },
      headers: { authorization: said },
    }),
    'of fetch': new TypeError(said, {
      cause: Object.assign(new Error(said), { code: 'ECONNREFUSED', syscall: 'connect' }),
    }),
    'of ours with such a cause': new AppError('internal', 'Unexpected error', { cause: aDatabaseError() }),
    'that is not an error': said,
    'that is an object': { message: said },
    'with frames in its message': new Error(`${said}\n    at canary (canary.ts:1:2)`),
    'with a message put in later': Object.assign(new Error('x'), {
      message: said,
      stack: `Error: ${said} before\n    at canary (canary.ts:1:2)`,
    }),
    'with a name that tells': Object.assign(new Error(said), { name: `Error ${said}` }),
  }

  it.each(Object.keys(errors))('%s shows nothing of what it was about', (kind) => {
    const { lines, log } = aLog()
    const error = errors[kind]
    if (error instanceof Error) {
      log.error(error)
      log.error(error, 'job failed')
      log.error({ error }, 'job failed')
      log.error({ err: error })
      log.error({ deep: { list: [error] } })
      log.error('job failed: %s', error)
      log.error('job failed: %o', error)
    }
    log.error({ error: errorFields(error) }, 'job failed')
    for (const line of lines) expect(line).not.toContain('canary')
  })

  it('says where and what kind it was', () => {
    expect(errorFields(aDatabaseError())).toEqual({
      code: 'internal',
      causes: [
        { name: 'Error', at: expect.arrayContaining([expect.stringContaining('logger.test.ts')]) },
        {
          name: 'Error',
          code: 'ER_DUP_ENTRY',
          errno: 1062,
          at: expect.arrayContaining([expect.stringContaining('logger.test.ts')]),
        },
      ],
    })
  })

  it('keeps our own words and code', () => {
    expect(errorFields(new AppError('conflict', 'The reply window has closed', { field: 'reply_window' }))).toEqual({
      code: 'conflict',
      message: 'The reply window has closed',
      field: 'reply_window',
    })
  })

  it('does not follow a chain of causes for ever', () => {
    const loop = new Error('a')
    loop.cause = loop
    expect(errorFields(loop).causes?.length).toBeLessThan(10)
  })
})
