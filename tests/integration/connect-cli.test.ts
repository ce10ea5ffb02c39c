import { eq } from 'drizzle-orm'
import { expect, it, vi } from 'vitest'
import { accountLogins } from '#db/schema/account-logins.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { runCli } from '#src/cli/run.ts'
import { answerDialog, aPlace, leave } from '#tests/support/sign-ins.ts'

const { db, url, sandbox, settings, visit, browser } = await aPlace()

/** The command beside which somebody uses a browser. */
function type(line: string, stdin = '') {
  const written = { out: '', err: '' }
  // The app's secrets are not for the command line.
  const { INSTAGRAM_APP_SECRET: _, APPROVAL_SIGNING_KEY: __, ...env } = settings
  const done = runCli(line.split(' '), {
    env,
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    readSecret: async () => stdin,
  })
  const link = () => vi.waitUntil(() => /^http\S+\/connect\/[\w-]{43}$/m.exec(written.out)?.[0], { timeout: 10_000 })
  return { done, written, link }
}

/** Opens the link as somebody who is not signed in, and goes where it leads. */
async function openLink(link: string) {
  const person = browser()
  const opened = await person.request(link)
  expect(opened.status).toBe(303)
  expect(opened.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax/)
  return { person, dialog: opened.headers.get('location') ?? '' }
}

const pathOf = (back: string) => back.slice(url.length)
const pageRef = (name: string) =>
  sandbox.control.stage.accounts().find((one) => one.platform === 'messenger' && one.name === name)?.accountRef ?? ''

it('prints one link, waits for the browser that opened it, and tells what was connected', async () => {
  const { done, written, link } = type('accounts connect')
  const { person, dialog } = await openLink(await link())
  const back = pathOf(
    await answerDialog(dialog, {
      accounts: ['murmelton.seconds'],
      without: ['instagram_business_manage_comments'],
    }),
  )
  const finished = await person.request(back)
  expect(finished.headers.get('location')).toMatch(/^\/logins\/lgn_/)
  expect(await person.open(finished.headers.get('location') ?? '')).toContain('the terminal knows')
  expect(await done).toBe(0)
  const [account] = await db.select().from(accounts).where(eq(accounts.name, 'murmelton.seconds'))
  expect(written.out.split('\n')).toContain(account?.id)
  expect(written.err).toContain('The account is connected')
  expect(written.err).toContain('Not allowed: instagram_business_manage_comments. Comments are neither received')
  const [entry] = await db
    .select()
    .from(auditEntries)
    .where(eq(auditEntries.subjectId, account?.id ?? ''))
  expect(entry).toMatchObject({ action: 'account.added', actorKind: 'process', actorId: 'cli' })
})

it('lets the same browser choose among Pages, and nobody else', async () => {
  const { done, written, link } = type('accounts connect --platform messenger')
  const { person, dialog } = await openLink(await link())
  const back = pathOf(await answerDialog(dialog, { accounts: ['Murmelton Ceramics', 'Murmelton Workshop'] }))
  expect((await browser().request(back)).status).toBe(400)
  const path = (await person.request(back)).headers.get('location') ?? ''
  const pages: [string, string][] = ['Murmelton Ceramics', 'Murmelton Workshop'].map((name) => ['pages', pageRef(name)])
  expect((await (await visit()).send(`${path}/accounts`, pages)).status).toBe(404)
  expect((await person.send(`${path}/accounts`, pages)).headers.get('location')).toBe(path)
  expect(await done).toBe(0)
  expect(written.out.match(/^acc_/gm)).toHaveLength(2)
})

it('tells why nothing was connected', async () => {
  const { done, written, link } = type('accounts connect')
  const { person, dialog } = await openLink(await link())
  await person.request(pathOf(await answerDialog(dialog, { answer: 'deny' })))
  expect(await done).toBe(1)
  expect(written.err).toContain('The permission was not given')
})

it('has a link that opens once, is not opened by a look, and is of no use to a signed-in stranger', async () => {
  const { done, link } = type('accounts connect')
  const address = await link()
  expect((await browser().request(address, { method: 'HEAD' })).headers.getSetCookie()).toEqual([])
  const { person, dialog } = await openLink(address)
  const again = await browser().request(address)
  expect(again.status).toBe(403)
  expect(await again.text()).toContain('This link opens nothing')
  const back = pathOf(await answerDialog(dialog))
  expect((await (await visit()).request(back)).status).toBe(400)
  expect((await person.request(back)).status).toBe(303)
  await done
})

it('gives up when nobody came in time', async () => {
  const { done, written, link } = type('accounts connect')
  const address = await link()
  await db
    .update(accountLogins)
    .set({ expiresAt: new Date(Date.now() - 1) })
    .where(eq(accountLogins.status, 'linked'))
  expect(await done).toBe(75)
  expect(written.err).toContain('Nobody finished the sign-in in time')
  expect((await browser().request(address)).status).toBe(403)
})

it('keeps an operator’s own sign-in apart from a link that was opened in the same browser', async () => {
  const visitor = await visit()
  const { done, link } = type('accounts connect')
  await visitor.request(await link())
  const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
  expect((await visitor.request(back)).headers.get('location')).toMatch(/^\/accounts\/acc_/)
  await db
    .update(accountLogins)
    .set({ expiresAt: new Date(Date.now() - 1) })
    .where(eq(accountLogins.status, 'asked'))
  expect(await done).toBe(75)
})

it('connects with a token, looks at what it allows, and has the account told of messages', async () => {
  const account = sandbox.control.firsts().find(({ platform }) => platform === 'messenger')
  const { done, written } = type('accounts add --platform messenger --json', account?.token)
  expect(await done).toBe(0)
  expect(JSON.parse(written.out)).toMatchObject({ name: 'Murmelton Ceramics', missing: [], isSubscribed: true })
  const [row] = await db
    .select()
    .from(accounts)
    .where(eq(accounts.accountRef, account?.accountRef ?? ''))
  expect(row?.scopes).toContain('pages_messaging')
  expect(row?.subscribedFields).toContain('messages')
})

it('says which variable is missing', async () => {
  const written = { err: '' }
  const { INSTAGRAM_APP_ID: _, ...env } = settings
  const code = await runCli(['accounts', 'connect'], {
    env,
    out: () => undefined,
    err: (text) => {
      written.err += text
    },
    readSecret: async () => '',
  })
  expect(code).toBe(78)
  expect(written.err).toContain('INSTAGRAM_APP_ID is missing')
})
