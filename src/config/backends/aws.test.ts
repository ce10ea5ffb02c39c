import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { SecretsError } from '#src/config/errors.ts'
import { type AwsOptions, createAws } from './aws.ts'

const CANARY = 'canary-value-0123456789'
const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, SignedHeaders=[\w;-]*host;[\w;-]*x-amz-date[\w;-]*, Signature=[0-9a-f]{64}$/

const servers: { close(): void }[] = []
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary-secret-access-key')
afterAll(() => {
  vi.unstubAllEnvs()
  for (const server of servers) server.close()
})

type Answer = [status: number, json: object]
const refused = (status: number, kind: string): Answer => [status, { __type: kind, message: `canary ${kind}` }]

/** Secrets Manager: it answers what is signed, and nothing else. */
async function anAws(answers: Record<string, Answer[]>) {
  const asked: { id: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { SecretId: id = '' } = JSON.parse(body)
    asked.push({ id, headers: request.headers })
    const { authorization = '', 'x-amz-target': target } = request.headers
    const isKnown = target === 'secretsmanager.GetSecretValue' && SIGNED.test(authorization)
    const queue = answers[id] ?? []
    const [status, json] = isKnown
      ? ((queue.length > 1 ? queue.shift() : queue[0]) ?? refused(400, 'ResourceNotFoundException'))
      : refused(400, 'IncompleteSignature')
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(json))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const open = (more: Partial<AwsOptions> = {}) =>
    createAws({ region: 'eu-central-1', endpoint, prefix: 'reply/', pauseMs: 1, deadlineMs: 3000, ...more })
  return { asked, open, server }
}

const held = (json: object): Answer[] => [[200, { Name: 'x', ...json }]]

async function faultOf(work: Promise<unknown>): Promise<SecretsError> {
  const error = await work.then(
    () => expect.unreachable('it did not fail'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SecretsError)
  expect(JSON.stringify(error) + String(error)).not.toContain('canary')
  return error as SecretsError
}

describe('a secret in AWS Secrets Manager', () => {
  it('is a text, a key of an object, or bytes, asked for with a signature', async () => {
    const { open, asked } = await anAws({
      'reply/PLAIN': held({ SecretString: CANARY }),
      'reply/KEYED': held({ SecretString: JSON.stringify({ value: CANARY, other: 1 }) }),
      'reply/NAMED': held({ SecretString: JSON.stringify({ NAMED: CANARY }) }),
      'reply/BYTES': held({ SecretBinary: Buffer.from(CANARY).toString('base64') }),
    })
    const aws = await open()
    for (const name of ['PLAIN', 'KEYED', 'NAMED', 'BYTES']) expect(await aws.find(name)).toEqual({ text: CANARY })
    expect(asked).toHaveLength(4)
    for (const { headers } of asked) expect(headers.authorization).toMatch(SIGNED)
    expect(JSON.stringify(asked)).not.toContain('canary-secret-access-key')
  })

  it('that is not there is none', async () => {
    const { open } = await anAws({})
    expect(await (await open()).find('SESSION_SECRET')).toBeUndefined()
  })

  it.each([
    ['denied', 'AccessDeniedException', false],
    ['denied', 'UnrecognizedClientException', false],
    ['throttled', 'ThrottlingException', true],
    ['away', 'InternalServiceError', true],
  ])('is %s on %s', async (reason, kind, isPassing) => {
    const { open } = await anAws({ 'reply/X': [refused(kind === 'InternalServiceError' ? 500 : 400, kind)] })
    const fault = await faultOf((await open({ deadlineMs: 1000 })).find('X'))
    expect(fault).toMatchObject({ backend: 'aws', variable: 'X', reason, isPassing })
    expect(fault.message).toContain(kind)
  })

  it('is asked for again while we are throttled', async () => {
    const throttled = refused(400, 'ThrottlingException')
    const { open, asked } = await anAws({ 'reply/X': [throttled, throttled, ...held({ SecretString: CANARY })] })
    expect(await (await open()).find('X')).toEqual({ text: CANARY })
    expect(asked).toHaveLength(3)
  })

  it('that is an object without the key is a fault', async () => {
    const { open } = await anAws({ 'reply/X': held({ SecretString: '{"a":"canary"}' }) })
    expect(await faultOf((await open()).find('X'))).toMatchObject({ reason: 'malformed', variable: 'X' })
  })

  it('is away when nobody listens', async () => {
    const { open, server } = await anAws({})
    server.close()
    expect(await faultOf((await open({ deadlineMs: 20 })).find('X'))).toMatchObject({ reason: 'away' })
  })
})

it('without the package the fault says which one to install', async () => {
  const { open } = await anAws({})
  const fault = await faultOf(open({ load: () => Promise.reject(new Error('Cannot find package')) }))
  expect(fault).toMatchObject({ backend: 'aws', reason: 'not_installed' })
  expect(fault.message).toContain('npm install --no-save @aws-sdk/client-secrets-manager')
})
