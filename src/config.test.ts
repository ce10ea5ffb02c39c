import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { secretKinds } from '#src/domain/secret-age.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { environmentFor, faultsOf, heldSecrets, type ProcessRole, readConfig, variables } from './config.ts'

const roles: ProcessRole[] = ['web', 'drafting', 'sending', 'media', 'cli', 'sandbox']
const [approval, audit, formerAudit] = [generateApprovalKeys(), generateApprovalKeys(), generateApprovalKeys()]

/** A whole installation, as the parent process sees it. */
const whole = {
  DATABASE_URL: 'mysql://app:canary-database@127.0.0.1:3306/countersign',
  REDIS_URL: 'redis://:canary-redis@127.0.0.1:6379/0',
  MEDIA_DIR: '/var/lib/countersign/media',
  PUBLIC_URL: 'https://reply.example.org/',
  APP_SECRET_KEY: `${generateFernetKey()},${generateFernetKey()}`,
  SESSION_SECRET: 'canary-session'.padEnd(64, '0'),
  AUTH_MODE: 'external',
  AUTH_SERVICE_URL: 'https://login.example.org/introspect',
  AUTH_SERVICE_SECRET: 'canary-auth-service',
  APPROVAL_SIGNING_KEY: approval.privateKey,
  APPROVAL_PUBLIC_KEY: approval.publicKey,
  AUDIT_SIGNING_KEY: audit.privateKey,
  AUDIT_PUBLIC_KEY: `${audit.publicKey},${formerAudit.publicKey}`,
  WEBHOOK_VERIFY_TOKEN: 'canary-verify-token',
  INSTAGRAM_APP_ID: '1234567890',
  META_APP_ID: '2345678901',
  INSTAGRAM_APP_SECRET: 'canary-instagram-new,canary-instagram-old',
  META_APP_SECRET: 'canary-meta-app-secret',
  ANTHROPIC_API_KEY: 'sk-ant-api03-canary-claude',
  SMTP_URL: 'smtps://reply:canary-smtp@mail.example.org',
  MAIL_FROM: 'reply@example.org',
  NOTIFY_WEBHOOK_URL: 'https://hooks.example.org/canary-hook',
  NOTIFY_WEBHOOK_SECRET: `whsec_${Buffer.from('canary-signs-what-is-told').toString('base64')}`,
  VAULT_TOKEN: 'canary-vault-token',
  VAULT_SECRET_ID: 'canary-vault-secret-id',
} as const

const secretNames = variables.filter(({ secret }) => secret).map(({ name }) => name)
const reveal = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : value)
const revealed = (config: object): string =>
  JSON.stringify(config, (_key, value) => value).concat(
    ...Object.values(config).flatMap((value) =>
      Array.isArray(value) ? value.map(({ secret }) => String(reveal(secret))) : String(reveal(value)),
    ),
  )

describe('a process of its role', () => {
  it.each(roles)('%s starts with a whole installation, and with its own share of it', (role) => {
    const config = readConfig(whole, role)
    expect(Object.isFrozen(config)).toBe(true)
    expect(readConfig(environmentFor(whole, role), role)).toEqual(config)
  })

  it.each(roles)('%s finds no secret of another role in its configuration or its environment', (role) => {
    const seen = revealed(readConfig(whole, role)) + JSON.stringify(environmentFor(whole, role))
    const foreign = variables.filter((variable) => variable.secret && !variable.roles.includes(role))
    for (const { name } of foreign) {
      const parts: string[] = whole[name as keyof typeof whole].split(',')
      for (const part of parts) expect(seen.includes(part), name).toBe(false)
    }
  })

  it('holds exactly the secrets it needs', () => {
    const held = (role: ProcessRole) => secretNames.filter((name) => name in environmentFor(whole, role))
    expect(Object.fromEntries(roles.map((role) => [role, held(role)]))).toEqual({
      web: [
        'DATABASE_URL',
        'REDIS_URL',
        'APP_SECRET_KEY',
        'SESSION_SECRET',
        'AUTH_SERVICE_SECRET',
        'APPROVAL_SIGNING_KEY',
        'AUDIT_SIGNING_KEY',
        'WEBHOOK_VERIFY_TOKEN',
        'INSTAGRAM_APP_SECRET',
        'META_APP_SECRET',
        'SMTP_URL',
        'NOTIFY_WEBHOOK_URL',
        'NOTIFY_WEBHOOK_SECRET',
      ],
      drafting: ['DATABASE_URL', 'REDIS_URL', 'ANTHROPIC_API_KEY'],
      // The Meta app secret signs webhooks, and proves calls made with a Page's token: sending and the command line make those.
      sending: ['DATABASE_URL', 'REDIS_URL', 'APP_SECRET_KEY', 'META_APP_SECRET'],
      // It opens what strangers send.
      media: ['DATABASE_URL', 'REDIS_URL'],
      cli: ['DATABASE_URL', 'REDIS_URL', 'APP_SECRET_KEY', 'SESSION_SECRET', 'META_APP_SECRET'],
      sandbox: ['INSTAGRAM_APP_SECRET', 'META_APP_SECRET'],
    })
  })

  it('tells its own secrets by their variables, the present one of each list, and every one has its age', () => {
    const values = heldSecrets(readConfig(whole, 'web'), 'web').map(({ name, secret }) => [name, secret.reveal()])
    expect(Object.fromEntries(values)).toMatchObject({
      SESSION_SECRET: whole.SESSION_SECRET,
      INSTAGRAM_APP_SECRET: 'canary-instagram-new',
    })
    const used = variables.filter(({ secret, roles }) => secret && roles.length > 0).map(({ name }) => name)
    expect(Object.keys(secretKinds).sort()).toEqual(used.sort())
    const told = roles.flatMap((role) => heldSecrets(readConfig(whole, role), role).map(({ name }) => name))
    expect([...new Set(told)].sort()).toEqual(used)
  })

  it('gives the sandbox its own Claude key, never a real one', () => {
    const sandboxed = { ...whole, ANTHROPIC_API_KEY: 'sk-ant-sandbox-0123456789' }
    expect(environmentFor(sandboxed, 'sandbox')).toHaveProperty('ANTHROPIC_API_KEY', 'sk-ant-sandbox-0123456789')
    expect(environmentFor(whole, 'sandbox')).not.toHaveProperty('ANTHROPIC_API_KEY')
  })

  it('gets what any program needs to run, and nothing that somebody else left in the environment', () => {
    const env = { ...whole, PATH: '/bin', HOME: '/home/a', AWS_SECRET_ACCESS_KEY: 'x', NODE_OPTIONS: '--inspect' }
    const share = environmentFor(env, 'drafting')
    expect(share).toMatchObject({ PATH: '/bin', HOME: '/home/a' })
    expect(Object.keys(share)).not.toContain('AWS_SECRET_ACCESS_KEY')
    expect(Object.keys(share)).not.toContain('NODE_OPTIONS')
  })
})

describe('the fields', () => {
  it('are those of each role', () => {
    const common = ['appEnv', 'logLevel', 'sandbox']
    const stores = ['databaseUrl', 'redisUrl']
    const address = ['port', 'host', 'publicUrl']
    const door = ['trustedProxies', 'blockedAddresses']
    const apps = ['instagramAppId', 'metaAppId']
    const graph = ['instagramGraphUrl', 'metaGraphUrl', 'graphApiVersion']
    const sandboxed = {
      ...whole,
      ANTHROPIC_API_KEY: 'sk-ant-sandbox-0123456789',
      SANDBOX: 'on',
      SANDBOX_URL: 'http://127.0.0.1:1',
      SECURITY_CONTACT: 'mailto:security@example.org',
      MEDIA_ORIGIN: 'http://127.0.0.1:1',
      SANDBOX_STATE: '/s',
      QUIET_HOURS: '22:00-07:00',
    }
    const keysOf = (role: ProcessRole) => Object.keys(readConfig(sandboxed, role)).sort()
    const web = [
      'webhookVerifyToken',
      'instagramLoginUrl',
      'instagramApiUrl',
      'metaLoginUrl',
      ...graph,
      ...apps,
      'instagramAppSecrets',
      'metaAppSecrets',
      'sessionSecret',
      'appSecretKey',
      'approvalSigningKey',
      'auditSigningKey',
      'auditPublicKeys',
      'auditSink',
      'smtpUrl',
      'mailFrom',
      'notifyWebhookUrl',
      'notifyWebhookSecret',
      'quietHours',
      'quietZone',
      'sandboxUrl',
      'mediaDir',
      ...door,
      'rateLimitPerMinute',
      'corsOrigins',
      'securityContact',
      'authMode',
      'authServiceUrl',
      'authServiceSecret',
    ]
    expect(keysOf('web')).toEqual([...common, ...stores, ...address, ...web].sort())
    expect(keysOf('drafting')).toEqual([...common, ...stores, 'anthropicApiKey', 'claudeModel', 'claudeEffort'].sort())
    expect(keysOf('sending')).toEqual(
      [...common, ...stores, ...graph, ...apps, 'metaAppSecrets', 'appSecretKey', 'approvalPublicKey'].sort(),
    )
    expect(keysOf('media')).toEqual([...common, ...stores, 'mediaDir', 'mediaDays', 'mediaOrigin'].sort())
    expect(keysOf('cli')).toEqual(
      [
        ...common,
        ...stores,
        ...address,
        ...door,
        ...graph,
        ...apps,
        'metaAppSecrets',
        'appSecretKey',
        'sessionSecret',
        'auditPublicKeys',
        'authMode',
      ].sort(),
    )
    expect(keysOf('sandbox')).toEqual(
      [
        ...common,
        ...address,
        ...apps,
        'instagramAppSecrets',
        'metaAppSecrets',
        'anthropicApiKey',
        'sandboxHost',
        'sandboxPort',
        'sandboxSeed',
        'sandboxStatePath',
      ].sort(),
    )
  })

  it('have the defaults of the documentation', () => {
    const { PUBLIC_URL: _, ...rest } = whole
    expect(readConfig(rest, 'web')).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      appEnv: 'development',
    })
    expect(readConfig(whole, 'drafting')).toMatchObject({ claudeModel: 'claude-haiku-5-5', claudeEffort: 'low' })
    expect(readConfig(whole, 'sending')).toMatchObject({
      graphApiVersion: 'v26.0',
      instagramGraphUrl: 'https://graph.instagram.com',
    })
  })

  it('hold both secrets during a rotation, each under its label', () => {
    const { instagramAppSecrets } = readConfig(whole, 'web')
    expect(instagramAppSecrets.map(({ label, secret }) => [label, secret.reveal()])).toEqual([
      ['instagram-1', 'canary-instagram-new'],
      ['instagram-2', 'canary-instagram-old'],
    ])
  })

  it('hold the public halves of former audit keys beside the present one', () => {
    for (const role of ['web', 'cli'] as const)
      expect(readConfig(whole, role).auditPublicKeys).toEqual([audit.publicKey, formerAudit.publicKey])
  })

  it('refuse to be printed', () => {
    const printed =
      inspect(readConfig(whole, 'web'), { depth: 9, showHidden: true }) + JSON.stringify(readConfig(whole, 'web'))
    expect(printed).not.toContain('canary')
  })
})

const broken: Record<string, [name: string, value: string, roles: ProcessRole]> = {
  'a port that is none': ['PORT', '70000', 'web'],
  'a port with letters': ['PORT', '80a', 'web'],
  'an unknown kind of installation': ['APP_ENV', 'canary', 'web'],
  'an unknown level': ['LOG_LEVEL', 'loud', 'sending'],
  'an unknown switch': ['SANDBOX', 'yes', 'web'],
  'a database of another make': ['DATABASE_URL', 'postgres://a:canary@h/d', 'web'],
  'a database without a name': ['DATABASE_URL', 'mysql://a:canary@h', 'drafting'],
  'a redis that is none': ['REDIS_URL', 'http://canary', 'sending'],
  'a public address without a scheme': ['PUBLIC_URL', 'reply.example.org', 'web'],
  'a 32-character key that is no Fernet key': ['APP_SECRET_KEY', 'canary-canary-canary-canary-canary', 'web'],
  'a good key beside a bad one': ['APP_SECRET_KEY', `${generateFernetKey()},canary`, 'sending'],
  'a sample key left standing': ['APP_SECRET_KEY', 'changeme', 'sending'],
  'a short session secret': ['SESSION_SECRET', 'canary', 'web'],
  'a sample session secret': ['SESSION_SECRET', 'your-secret-key-canary-canary-canary-canary', 'web'],
  'a signing key that is none': ['APPROVAL_SIGNING_KEY', 'canary', 'web'],
  'the public half as the signing key': ['APPROVAL_SIGNING_KEY', approval.publicKey, 'web'],
  'the signing key given to the sender': ['APPROVAL_PUBLIC_KEY', approval.privateKey, 'sending'],
  'a mail server reached some other way': ['SMTP_URL', 'http://canary', 'web'],
  'two senders of mail': ['MAIL_FROM', 'a@example.org, canary@example.org', 'web'],
  'a place to tell without https': ['NOTIFY_WEBHOOK_URL', 'http://hooks.example.org/canary', 'web'],
  'a place to tell with a password in it': ['NOTIFY_WEBHOOK_URL', 'https://a:canary@hooks.example.org', 'web'],
  'a short key for what is told': ['NOTIFY_WEBHOOK_SECRET', 'whsec_Y2FuYXJ5', 'web'],
  'quiet hours that never end': ['QUIET_HOURS', '22:00-22:00', 'web'],
  'quiet hours without an hour': ['QUIET_HOURS', '25:00-canary', 'web'],
  'a time zone that is none': ['QUIET_ZONE', 'Europe/Canary', 'web'],
  'an audit key that is none': ['AUDIT_SIGNING_KEY', 'canary', 'web'],
  'a private half among the public audit keys': ['AUDIT_PUBLIC_KEY', `${audit.publicKey},${audit.privateKey}`, 'cli'],
  'a place for the audit log that is none': ['AUDIT_SINK', 'canary', 'web'],
  'a file for the audit log without a name': ['AUDIT_SINK', 'file: ', 'web'],
  'a short verify token': ['WEBHOOK_VERIFY_TOKEN', 'canary', 'web'],
  'a sample among the app secrets': ['INSTAGRAM_APP_SECRET', 'canary-canary-canary,changeme', 'web'],
  'an empty one among the app secrets': ['META_APP_SECRET', 'canary-canary-canary,', 'web'],
  'a key with a line break in it': ['ANTHROPIC_API_KEY', 'sk-ant-canary\nsk-ant-canary', 'drafting'],
  'tokens sent in clear over the net': ['INSTAGRAM_GRAPH_URL', 'http://canary.example.org', 'sending'],
  'a Claude address in clear over the net': ['ANTHROPIC_BASE_URL', 'http://canary.example.org', 'drafting'],
  'a version that is none': ['GRAPH_API_VERSION', 'canary', 'sending'],
  'an unknown effort': ['CLAUDE_EFFORT', 'canary', 'drafting'],
  'a sandbox port that is none': ['SANDBOX_PORT', '-1', 'sandbox'],
  'a seed that is none': ['SANDBOX_SEED', 'canary', 'sandbox'],
}

describe('a fault', () => {
  it.each(Object.entries(broken))('in %s is told by name, never by value', (_, [name, value, role]) => {
    const faults = faultsOf({ ...whole, [name]: value }, role)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} `))
    expect(faults[0]).not.toContain(value)
    expect(faults[0]).not.toContain('canary')
  })

  it.each(roles)('of %s is told together with all its others', (role) => {
    const required = variables.filter(({ requiredBy }) => requiredBy?.includes(role)).map(({ name }) => name)
    const told = faultsOf({ SANDBOX: 'off', PORT: 'x', LOG_LEVEL: 'x' }, role).map((fault) => fault.split(' ')[0])
    expect(told).toEqual(expect.arrayContaining([...required, 'LOG_LEVEL']))
  })

  it('names both app secrets when there is neither', () => {
    const { INSTAGRAM_APP_SECRET: _, META_APP_SECRET: __, ...rest } = whole
    expect(faultsOf(rest, 'web')).toEqual([
      expect.stringContaining('INSTAGRAM_APP_SECRET or META_APP_SECRET is missing'),
    ])
  })

  it('lists its names in the error’s message, too', () => {
    expect(() => readConfig({}, 'drafting')).toThrow(
      /DATABASE_URL is missing(?:.|\n)*REDIS_URL is missing(?:.|\n)*ANTHROPIC_API_KEY is missing/,
    )
  })

  it('is not one when a variable is empty', () => {
    expect(faultsOf({ ...whole, LOG_LEVEL: '', ANTHROPIC_BASE_URL: '' }, 'drafting')).toEqual([])
  })
})

describe('a variable from a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'config-'))
  const aFile = (text: string) => {
    const file = path.join(folder, String(Math.random()))
    writeFileSync(file, text)
    return file
  }

  it.each(['\n', '\r\n', ''])('is read without the line break %j at its end', (end) => {
    const { ANTHROPIC_API_KEY, ...rest } = whole
    const env = { ...rest, ANTHROPIC_API_KEY_FILE: aFile(`${ANTHROPIC_API_KEY}${end}`) }
    expect(readConfig(env, 'drafting').anthropicApiKey.reveal()).toBe(ANTHROPIC_API_KEY)
    expect(environmentFor(env, 'drafting')).toHaveProperty('ANTHROPIC_API_KEY_FILE')
    expect(environmentFor(env, 'sandbox')).not.toHaveProperty('ANTHROPIC_API_KEY_FILE')
  })

  const given = variables.filter(({ roles }) => roles.length > 0).map(({ name }) => name)

  it.each(given)('%s can be given that way', (name) => {
    const role = variables.find((variable) => variable.name === name)?.roles[0] ?? 'web'
    expect(faultsOf({ ...whole, [name]: '', [`${name}_FILE`]: '/nowhere/at/all' }, role)).toContainEqual(
      expect.stringMatching(new RegExp(`^${name} points .* cannot be read`)),
    )
  })

  it('is read again when it changes, by everybody who holds the secret already, and a wrong one changes nothing', async () => {
    const warned: string[] = []
    const hear = ({ message }: Error) => void warned.push(message)
    process.on('warning', hear)
    onTestFinished(() => void process.off('warning', hear))
    const { ANTHROPIC_API_KEY: _, META_APP_SECRET: __, SESSION_SECRET, ...rest } = whole
    const [claude, meta, session] = [aFile('sk-ant-first'), aFile('meta-secret-number-one'), aFile(SESSION_SECRET)]
    const env = { ...rest, ANTHROPIC_API_KEY_FILE: claude, META_APP_SECRET_FILE: meta, SESSION_SECRET_FILE: session }
    const { anthropicApiKey } = readConfig(env, 'drafting')
    const web = readConfig(env, 'web')
    const [present] = web.metaAppSecrets
    writeFileSync(claude, 'sk-ant-second\n')
    writeFileSync(meta, 'meta-secret-number-two,meta-secret-number-one')
    writeFileSync(session, 'x'.repeat(64))
    await expect.poll(() => anthropicApiKey.reveal(), { timeout: 5000 }).toBe('sk-ant-second')
    await expect.poll(() => web.metaAppSecrets.length, { timeout: 5000 }).toBe(2)
    expect(present?.secret.reveal()).toBe('meta-secret-number-two')
    expect(web.metaAppSecrets.map(({ label }) => label)).toEqual(['meta-1', 'meta-2'])
    expect(web.sessionSecret.reveal()).toBe(SESSION_SECRET)
    writeFileSync(claude, 'canary')
    await expect.poll(() => anthropicApiKey.reveal() && warned, { timeout: 5000 }).toHaveLength(1)
    expect(anthropicApiKey.reveal()).toBe('sk-ant-second')
    expect(warned[0]).toMatch(/^ANTHROPIC_API_KEY was changed and must have at least 8 characters; the one before/)
    expect(inspect(web, { depth: 9, showHidden: true, getters: true })).not.toContain('meta-secret')
  })

  it('is a fault when the variable is set as well, and when the file is empty', () => {
    expect(faultsOf({ ...whole, ANTHROPIC_API_KEY_FILE: aFile('x') }, 'drafting')).toEqual([
      'ANTHROPIC_API_KEY is set twice: by itself and by ANTHROPIC_API_KEY_FILE',
    ])
    expect(faultsOf({ ...whole, ANTHROPIC_API_KEY: '', ANTHROPIC_API_KEY_FILE: aFile('\n') }, 'drafting')[0]).toContain(
      'empty file',
    )
  })
})

describe('the sandbox', () => {
  const { INSTAGRAM_APP_SECRET: _, META_APP_SECRET: __, ...bare } = whole

  it('is on by itself while no platform secret is set, and every child is told', () => {
    for (const role of roles) expect(environmentFor(bare, role)).toHaveProperty('SANDBOX', 'on')
    for (const role of roles) expect(environmentFor(whole, role)).toHaveProperty('SANDBOX', 'off')
    expect(readConfig(environmentFor(bare, 'sending'), 'sending').sandbox).toBe(true)
    expect(readConfig(environmentFor(whole, 'drafting'), 'drafting').sandbox).toBe(false)
  })

  it('alone opens another place to fetch files from', () => {
    const origin = { MEDIA_ORIGIN: 'http://127.0.0.1:4000' }
    expect(readConfig({ ...bare, ...origin }, 'media').mediaOrigin).toBe('http://127.0.0.1:4000')
    expect(faultsOf({ ...whole, ...origin }, 'media')).toEqual(['MEDIA_ORIGIN cannot be set while the sandbox is off'])
  })

  it.each(roles)('is refused in production by %s', (role) => {
    const faults = faultsOf({ ...whole, APP_ENV: 'production', SANDBOX: 'on' }, role)
    expect(faults).toContain('SANDBOX cannot be on while APP_ENV is production')
  })

  it('is never on by itself in production', () => {
    const env = { ...bare, APP_ENV: 'production' }
    expect(environmentFor(env, 'web')).toHaveProperty('SANDBOX', 'off')
    expect(faultsOf(env, 'web')).toEqual([
      expect.stringContaining('INSTAGRAM_APP_SECRET or META_APP_SECRET is missing'),
    ])
  })
})

it('asks for https in production', () => {
  const production = { ...whole, APP_ENV: 'production' }
  expect(faultsOf(production, 'web')).toEqual([])
  for (const url of ['http://reply.example.org', '']) {
    expect(faultsOf({ ...production, PUBLIC_URL: url }, 'web')).toEqual([
      'PUBLIC_URL must start with https:// while APP_ENV is production',
    ])
  }
})

it('asks another service who somebody is only when it knows which, and only when it is told to', () => {
  const { AUTH_SERVICE_URL: _url, ...without } = whole
  const fault = 'AUTH_SERVICE_URL and AUTH_MODE=external go together'
  expect(faultsOf(without, 'web')).toEqual([fault])
  expect(faultsOf({ ...whole, AUTH_MODE: 'local' }, 'web')).toEqual([fault])
  expect(faultsOf({ ...whole, AUTH_SERVICE_URL: 'http://login.example.org' }, 'web')).toEqual([
    'AUTH_SERVICE_URL must start with https://, except on this machine',
  ])
})

describe('.env.example', () => {
  const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
  const entries = [...text.matchAll(/^# (.+)\n([A-Z_]+)=(.*)$/gm)].map(([, about, name, value]) => ({
    about,
    name,
    value,
  }))

  it('is the table: every variable in its order, with its sentence and its default', () => {
    expect(entries).toEqual(variables.map(({ name, about, default: value = '' }) => ({ about, name, value })))
    expect(text.match(/^[A-Z_]+=/gm)).toHaveLength(variables.length)
  })

  it('changes nothing when it is copied as it is', () => {
    const copied = Object.fromEntries(entries.map(({ name, value }) => [name, value]))
    const filled = Object.fromEntries(Object.entries(copied).filter(([, value]) => value !== ''))
    expect(readConfig({ ...filled, ...whole }, 'web')).toEqual(readConfig(whole, 'web'))
    expect(environmentFor(copied, 'web')).toHaveProperty('SANDBOX', 'on')
  })
})
