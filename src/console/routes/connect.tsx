import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { type AccountId, parseId } from '#src/domain/ids.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { type Env, operatorOf, type Room, readsOf, sessionOf, type Visit } from '../env.ts'
import { LoginForm, readForm, TokenForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { withNotice } from '../notice.ts'
import { ConnectPage, LeavePage } from '../pages/connect.tsx'
import { page } from './respond.ts'

/** Where an operator begins: by signing in at the platform, or with a token. */
export function addConnect(app: Hono<Env>, room: Room): void {
  const { connect } = room

  app.get('/connect', async (c) =>
    page(c, await drawConnect(c, room, { accountId: accountIn(c.req.query('account')) })),
  )

  app.post('/connect/:platform/login', async (c) => {
    const platform = platformOf(c)
    const { operator, sessionId } = sessionOf(c)
    const accountId = accountIn((await readForm(c, LoginForm)).account)
    const { url } = await connect.begin({ platform, sessionId, operatorId: operator.id, ...given(accountId) })
    // A form that led to another site would be stopped by our own policy, so the way there is a link.
    const frame = await frameOf(c, room, 'accounts')
    return page(c, <LeavePage frame={frame} platform={platform} url={url} account={await nameOf(c, room, accountId)} />)
  })

  app.post('/connect/:platform/token', async (c) => {
    const platform = platformOf(c)
    const { accessToken: token, account } = await readForm(c, TokenForm)
    const accountId = accountIn(account)
    const operatorId = operatorOf(c).id
    try {
      const connected = await connect.withToken({ platform, token, operatorId, ...given(accountId) })
      return c.redirect(accountPath(connected), 303)
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'internal' || error.code === 'not_found') throw thrown
      const refusal = { platform, message: `${error.message}.` }
      return page(c, await drawConnect(c, room, { accountId, refusal }), handling[error.code].status)
    }
  })
}

/** The page of an account that was just connected. */
export function accountPath({ accountId, isNew }: { accountId: AccountId; isNew: boolean }): string {
  return withNotice(`/accounts/${accountId}`, { done: isNew ? 'connected' : 'reconnected' })
}

export function platformOf(c: Visit): Platform {
  const platform = platforms.find((one) => one === c.req.param('platform'))
  if (!platform) throw new AppError('not_found', 'There is no such platform')
  return platform
}

function accountIn(text: string | undefined): AccountId | undefined {
  return text ? parseId('account', text) : undefined
}

function given(accountId: AccountId | undefined) {
  return accountId ? { accountId } : {}
}

interface Drawn {
  accountId: AccountId | undefined
  refusal?: { platform: Platform; message: string }
}

async function drawConnect(c: Visit, room: Room, { accountId, refusal }: Drawn) {
  const account = accountId && (await readsOf(c).account(accountId, room.config.now()))
  if (accountId && !account) throw new AppError('not_found', 'There is no such account')
  const { lacks } = room.connect
  const frame = await frameOf(c, room, 'accounts')
  return <ConnectPage frame={frame} lacks={lacks} account={account} refusal={refusal} />
}

async function nameOf(c: Visit, { config }: Room, accountId: AccountId | undefined): Promise<string | undefined> {
  return accountId && (await readsOf(c).account(accountId, config.now()))?.name
}
