import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { dropCredential } from '#db/accounts.ts'
import { inTransaction } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { lackOf, neededScopes } from '#src/domain/permission.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { command } from '#tests/support/command.ts'
import { anInstallation, diagnose, restoreAccount } from '#tests/support/doctor.ts'

const house = await anInstallation()
const { control, env, db } = house
const keyring = createKeyring(new Secret(env['APP_SECRET_KEY'] ?? ''))
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
const dayOf = (at: Date) => at.toISOString().slice(0, 10)
const refOf = (platform: Platform) => control.firsts().find((one) => one.platform === platform)?.accountRef ?? ''
const scopesOf = (platform: Platform): string[] => Object.keys(neededScopes[platform])

type Row = Partial<typeof accounts.$inferInsert>

/** Changes what is kept of an account. */
async function keep(platform: Platform, row: Row): Promise<void> {
  const { id } = await house.accountOf(platform)
  await db.update(accounts).set(row).where(eq(accounts.id, id))
}

async function keepToken(platform: Platform, token: string): Promise<void> {
  const { id } = await house.accountOf(platform)
  await keep(platform, { sealedToken: keyring.seal(new Secret(token), { owner: id, field: 'token' }) })
}

const die = (platform: Platform, code: number) => {
  control.stage.token({ accountRef: refOf(platform), dead: true, code })
  return () => void control.stage.token({ accountRef: refOf(platform), revived: true })
}

const refuse = (platform: Platform, path: string, answer: { status: number; code: number } | 'nothing') => {
  const match = { accountRef: refOf(platform), path }
  const how =
    answer === 'nothing'
      ? { drop: true }
      : { status: answer.status, body: { error: { message: 'words', type: 'OAuthException', code: answer.code } } }
  control.faults.queue([{ match, times: 0, ...how }])
  return () => control.faults.clear()
}

const condition = (platform: Platform, is: 'messages_off' | 'restricted' | 'unlinked') => {
  control.appRecord.set({ accountRef: refOf(platform), condition: is })
  return () => control.appRecord.set({ accountRef: refOf(platform), condition: null })
}

const grant = (platform: Platform, scopes: string[]) => {
  control.stage.grant({ accountRef: refOf(platform), scopes })
  return () => control.stage.grant({ accountRef: refOf(platform), scopes: scopesOf(platform) })
}

const subscribe = (platform: Platform, fields: string[]) => {
  const before = control.stage.subscription({ accountRef: refOf(platform) }).fields
  control.stage.subscription({ accountRef: refOf(platform), fields })
  return () => void control.stage.subscription({ accountRef: refOf(platform), fields: [...before] })
}

/** Only some permissions end with it; those of a Page alone do not. */
const endAccess = (at: Date, ...more: string[]) => {
  const accountRef = refOf('messenger')
  control.stage.grant({ accountRef, dataAccessExpiresAt: at.getTime(), scopes: [...scopesOf('messenger'), ...more] })
  const back = { dataAccessExpiresAt: inDays(90).getTime(), scopes: scopesOf('messenger') }
  return () => control.stage.grant({ accountRef, ...back })
}

interface Fault {
  /** Makes the fault; the answer takes back what is not kept in the account's row. */
  make: () => (() => unknown) | Promise<unknown>
  env?: Record<string, string>
  found: string[]
  code?: number
}

const all = <T extends string>(...names: T[]) => names

const faults: Record<string, Fault> = {
  'a token that expired': { make: () => die('instagram', 463), found: ['instagram: token_expired (190/463)'] },
  'a password that was changed': {
    make: () => die('instagram', 460),
    found: ['instagram: password_changed (190/460)'],
  },
  'an app that was removed': { make: () => die('messenger', 458), found: ['messenger: app_removed (190/458)'] },
  'a checkpoint': { make: () => die('instagram', 459), found: ['instagram: checkpoint (190/459)'] },
  'an owner who never confirmed': { make: () => die('instagram', 464), found: ['instagram: checkpoint (190/464)'] },
  'an owner who signed out': { make: () => die('messenger', 467), found: ['messenger: logged_out (190/467)'] },
  'a role that was lost': { make: () => die('messenger', 492), found: ['messenger: role_lost (190/492)'] },
  'a token nobody gave': {
    make: () => keepToken('instagram', 'IGAAnever0123'),
    found: ['instagram: token_refused (190)'],
  },
  'keys of another house': {
    make: async () => undefined,
    env: { APP_SECRET_KEY: generateFernetKey() },
    found: ['instagram: token_unreadable', 'messenger: token_unreadable'],
  },
  'the token of another account': {
    make: async () => {
      const [other] = control.stage.open({ count: 1, platform: 'instagram' })
      await keepToken('instagram', other?.token ?? '')
      return undefined
    },
    found: [expect.stringMatching(/^instagram: wrong_account \(178\d+\)$/)],
  },
  'a Page’s token from another Page': {
    make: async () => {
      const [other] = control.stage.open({ count: 1, platform: 'messenger' })
      await keepToken('messenger', other?.token ?? '')
      return undefined
    },
    found: [expect.stringMatching(/^messenger: wrong_account \(10\d+\)$/)],
  },
  'an owner who took the access back': {
    make: async () => {
      const { id } = await house.accountOf('messenger')
      const at = new Date()
      await inTransaction(db, (tx) => dropCredential(tx, id, { reason: 'x', issuedAt: at, forget: false, at }))
    },
    found: ['messenger: deauthorized'],
  },
  'an account that was stopped': {
    make: async () => {
      const { id } = await house.accountOf('instagram')
      await command(house.env, `accounts stop ${id} --reason holidays`)
    },
    found: ['instagram: account_stopped (holidays)'],
  },
  'an account that Meta restricts': {
    make: () => condition('instagram', 'restricted'),
    found: ['instagram: account_restricted (368)'],
  },
  'message access that the owner closed': {
    make: () => condition('instagram', 'messages_off'),
    found: ['instagram: messages_off (200/2534041)'],
  },
  'a Page without a link': {
    make: () => condition('messenger', 'unlinked'),
    found: ['messenger: page_not_linked (100/2534013)'],
  },
  'a permission that is missing': {
    make: () => refuse('instagram', '/conversations$', { status: 403, code: 10 }),
    found: ['instagram: permission_refused (10)'],
  },
  'a permission of the two hundreds': {
    make: () => refuse('messenger', '/conversations$', { status: 403, code: 210 }),
    found: ['messenger: permission_refused (210)'],
  },
  'a platform that is away': {
    make: () => refuse('instagram', '/me$', 'nothing'),
    found: [expect.stringMatching(/^instagram: platform_silent \(/)],
  },
  'a platform that asks to wait': {
    make: () => refuse('messenger', '/me$', { status: 400, code: 613 }),
    found: ['messenger: platform_waits (613)'],
    code: 0,
  },
  'an account that is not subscribed': {
    make: () => subscribe('messenger', []),
    found: ['messenger: app_unsubscribed'],
  },
  'an Instagram account that Meta dropped': {
    make: () => subscribe('instagram', []),
    found: ['instagram: app_unsubscribed'],
  },
  'two fields that are missing': {
    make: () => {
      const { fields } = control.stage.subscription({ accountRef: refOf('messenger') })
      return subscribe(
        'messenger',
        fields.filter((field) => !all('feed', 'message_echoes').includes(field as 'feed')),
      )
    },
    found: ['messenger: field_unsubscribed (message_echoes, feed)'],
  },
  'a token that ends soon': {
    make: () => keep('instagram', { tokenExpiresAt: inDays(5) }),
    found: [`instagram: token_ends (${dayOf(inDays(5))})`],
    code: 0,
  },
  'data access that ends soon': {
    make: () => endAccess(inDays(5), 'instagram_basic'),
    found: [`messenger: data_access_ends (${dayOf(inDays(5))})`],
    code: 0,
  },
  'data access that has ended': {
    make: () => keep('instagram', { dataAccessExpiresAt: inDays(-1), scopes: scopesOf('instagram') }),
    found: [`instagram: data_access_ended (${dayOf(inDays(-1))})`],
  },
}

it('a whole installation is well, and says what it could not look at', async () => {
  expect(await diagnose(env)).toEqual({ code: 0, found: [] })
  const { out, err, code } = await command(house.env, 'doctor')
  expect({ code, err }).toEqual({ code: 0, err: 'Nothing blocks or degrades this installation\n' })
  expect(out).toContain('This installation: well')
  expect(out).toContain('Not looked at from here\n')
  expect(out).toContain('only the web process holds these')
})

describe('of an account the doctor tells, and only that:', () => {
  it.each(Object.entries(faults))('%s', async (_, { make, found, env: more, code = 1 }) => {
    const before = [await house.accountOf('instagram'), await house.accountOf('messenger')]
    const undo = await make()
    try {
      expect(await diagnose({ ...env, ...more })).toEqual({ code, found })
    } finally {
      if (typeof undo === 'function') await undo()
      for (const account of before) await restoreAccount(house, account)
    }
  })

  it.each(scopesOf('messenger'))('the Page’s permission %s', async (scope) => {
    const undo = grant(
      'messenger',
      scopesOf('messenger').filter((other) => other !== scope),
    )
    const found = await diagnose(env)
    undo()
    expect(found).toEqual({ code: 1, found: [`messenger: scope_missing (${scope}: ${lackOf('messenger', scope)})`] })
  })

  // Meta lets nobody look into these tokens: what was granted is known from the login.
  it.each(scopesOf('instagram'))('Instagram’s permission %s', async (scope) => {
    const before = await house.accountOf('instagram')
    const granted = scopesOf('instagram').filter((other) => other !== scope)
    await keep('instagram', { scopes: granted })
    const undo = grant('instagram', granted)
    const found = await diagnose(env)
    undo()
    await restoreAccount(house, before)
    expect(found).toEqual({ code: 1, found: [`instagram: scope_missing (${scope}: ${lackOf('instagram', scope)})`] })
  })
})

describe('countersign doctor', () => {
  it('is well again when all faults are over, so each of them was that one', async () => {
    expect(await diagnose(env)).toEqual({ code: 0, found: [] })
  })

  it('looks at one account when it is named, and knows when there is none', async () => {
    const { id } = await house.accountOf('messenger')
    const { out } = await command(house.env, `doctor ${id} --json`)
    expect(JSON.parse(out).accounts.map((account: { id: string }) => account.id)).toEqual([id])
    const { code, err } = await command(house.env, `doctor acc_${'0'.repeat(26)}`)
    expect({ code, err }).toEqual({ code: 3, err: 'There is no such account\n' })
  })

  it('says in words what is wrong, where it is mended and what it costs, and shows no token', async () => {
    const undo = die('instagram', 460)
    const { out, err, code } = await command(house.env, 'doctor')
    undo()
    expect({ code, err }).toEqual({ code: 1, err: 'Something has to be mended\n' })
    expect(out).toMatch(
      /BLOCKS password_changed \(190\/460\)\n {4}The owner’s password was changed.*\n {4}Mend it: .*\n {4}Until then: /,
    )
    for (const { token } of control.firsts()) expect(out).not.toContain(token)
  })

  it('does not mind an end of data access that no permission ends with', async () => {
    const undo = endAccess(inDays(-1))
    const found = await diagnose(env)
    undo()
    expect(found).toEqual({ code: 0, found: [] })
  })

  it('changes nothing, neither here nor at Meta', async () => {
    const rows = await db.select().from(accounts)
    const arrivals = control.arrivals().length
    await diagnose(env)
    expect(await db.select().from(accounts)).toEqual(rows)
    expect(
      new Set(
        control
          .arrivals()
          .slice(arrivals)
          .map(({ method }) => method),
      ),
    ).toEqual(new Set(['GET']))
  })
})
