import { describe, expect, it } from 'vitest'
import { type Environment, faultsOf } from '#src/config.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { productionHints, productionItems } from './production.ts'

const keys = generateApprovalKeys()
/** An installation that is real, with nothing to find fault with. */
const real = {
  APP_ENV: 'production',
  DATABASE_URL: 'mysql://countersign:Zq7-long-and-odd@db.example.org/countersign?ssl={"verifyIdentity":true}',
  REDIS_URL: 'rediss://:Zq7-long-and-odd@redis.example.org:6380/0',
  MEDIA_DIR: '/var/lib/countersign/media',
  PUBLIC_URL: 'https://reply.example.org',
  APP_SECRET_KEY: generateFernetKey(),
  SESSION_SECRET: '0123456789abcdef'.repeat(4),
  APPROVAL_SIGNING_KEY: keys.privateKey,
  APPROVAL_PUBLIC_KEY: keys.publicKey,
  AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
  WEBHOOK_VERIFY_TOKEN: 'a-token-that-nobody-guesses',
  INSTAGRAM_APP_SECRET: 'an-app-secret-of-instagram',
  ANTHROPIC_API_KEY: 'sk-ant-api03-0123456789',
  SECURITY_CONTACT: 'mailto:security@example.org',
}

/** For each item what fails it; a new item fails the test below until it stands here. */
const failing: Record<string, Environment[]> = {
  https_only: [{ PUBLIC_URL: 'http://reply.example.org' }],
  database_tls: [
    { DATABASE_URL: 'mysql://countersign:Zq7-long@db.example.org/countersign' },
    { DATABASE_URL: 'mysql://countersign:Zq7-long@db.example.org/countersign?ssl={}' },
    { DATABASE_URL: 'mysql://countersign:Zq7-long@10.0.0.5/countersign?ssl=true' },
    {
      DATABASE_URL:
        'mysql://countersign:Zq7-long@db.example.org/c?ssl={"verifyIdentity":true,"rejectUnauthorized":false}',
    },
  ],
  database_credentials: [
    { DATABASE_URL: 'mysql://root:Zq7-long@127.0.0.1/countersign' },
    { DATABASE_URL: 'mysql://countersign@127.0.0.1/countersign' },
    { DATABASE_URL: 'mysql://countersign:password@127.0.0.1/countersign' },
  ],
  redis_tls: [{ REDIS_URL: 'redis://:Zq7-long@redis.example.org:6379/0' }],
  redis_password: [{ REDIS_URL: 'rediss://redis.example.org:6380/0' }],
  session_secret: [{ SESSION_SECRET: 'a'.repeat(64) }],
  own_session_secret: [
    { SESSION_SECRET: real.APP_SECRET_KEY },
    {
      SESSION_SECRET: `${real.APP_SECRET_KEY.replaceAll('-', '+').replaceAll('_', '/').replace('=', '')}0123456789abcdef`,
    },
    { SESSION_SECRET: real.APPROVAL_SIGNING_KEY },
    { SESSION_SECRET: real.AUDIT_SIGNING_KEY },
    { DATABASE_URL: `mysql://countersign:${real.SESSION_SECRET}@127.0.0.1/countersign` },
  ],
  own_approval_signing_key: [{ APPROVAL_SIGNING_KEY: real.AUDIT_SIGNING_KEY }],
  own_audit_signing_key: [{ AUDIT_SIGNING_KEY: real.APPROVAL_SIGNING_KEY }],
  own_app_secret_key: [{ APP_SECRET_KEY: `${generateFernetKey()}, ${real.SESSION_SECRET}` }],
  own_webhook_verify_token: [{ WEBHOOK_VERIFY_TOKEN: real.INSTAGRAM_APP_SECRET }],
  own_auth_service_secret: [{ AUTH_SERVICE_SECRET: real.SESSION_SECRET }],
  own_notify_webhook_secret: [{ NOTIFY_WEBHOOK_SECRET: real.SESSION_SECRET }],
  cors_origins: [
    { CORS_ORIGINS: '*' },
    { CORS_ORIGINS: '["*"]' },
    { CORS_ORIGINS: 'https://*' },
    { CORS_ORIGINS: 'http://app.example.org' },
    { CORS_ORIGINS: 'https://localhost:5173' },
  ],
  rate_limit: [{ RATE_LIMIT_PER_MINUTE: '0' }],
  tls_verified: [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  errors_hidden: [{ SHOW_ERROR_TRACES: 'true' }],
  sandbox_off: [{ SANDBOX: 'on' }],
}

describe('a real installation', () => {
  it.each(['web', 'drafting', 'sending', 'media'] as const)('starts its %s process when no item fails', (role) => {
    expect(faultsOf(real, role)).toEqual([])
    const found = [...productionItems, ...productionHints].filter(({ fault }) => fault(real) !== undefined)
    expect(found.map(({ id }) => id)).toEqual([])
  })

  it('has a failing case for every item', () => {
    expect(Object.keys(failing).sort()).toEqual(productionItems.map(({ id }) => id).sort())
  })

  it.each(
    Object.entries(failing).flatMap(([id, cases]) => cases.map((env) => ({ id, env, shown: Object.values(env)[0] }))),
  )('does not start with $id failing: $shown', ({ id, env }) => {
    const item = productionItems.find((one) => one.id === id)
    expect(item?.fault({ ...real, ...env })).toEqual(expect.any(String))
    expect(faultsOf({ ...real, ...env }, 'web').join('\n')).toContain(item?.variable)
    // Elsewhere than in production people try things.
    const tried = faultsOf({ ...real, ...env, APP_ENV: 'development' }, 'web').filter((fault) =>
      fault.includes('production'),
    )
    expect(tried).toEqual([])
  })

  it('may have its stores on the same machine without TLS', () => {
    const local = {
      DATABASE_URL: 'mysql://countersign:Zq7-long@127.0.0.1/countersign',
      REDIS_URL: 'redis://localhost:6379/0',
    }
    expect(faultsOf({ ...real, ...local }, 'web')).toEqual([])
  })

  it('never repeats a value', () => {
    for (const env of Object.values(failing).flat()) {
      const told = faultsOf({ ...real, ...env }, 'web').join('\n')
      for (const secret of ['Zq7-long', 'aaaaaaaa']) expect(told).not.toContain(secret)
    }
  })
})
