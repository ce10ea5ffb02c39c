import type { Hono } from 'hono'
import type { z } from 'zod'
import { AppError, handling } from '#src/domain/errors.ts'
import { type AccountId, parseId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import { KnowledgeForm, readForm, SecondForm, SettingsForm, StopForm, TemplateForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { type Done, withNotice } from '../notice.ts'
import { AccountPage } from '../pages/account.tsx'
import { AccountsPage } from '../pages/accounts.tsx'
import { SetupCheckPage } from '../pages/setup-check.tsx'
import type { AccountRefusal } from '../parts/refusal.ts'
import { page } from './respond.ts'

const HOUR_MS = 3_600_000

export function addAccounts(app: Hono<Env>, room: Room): void {
  const { config } = room

  app.get('/accounts', async (c) => {
    const accounts = await readsOf(c).accounts(config.now())
    return page(c, <AccountsPage frame={await frameOf(c, room, 'accounts')} accounts={accounts} />)
  })

  app.get('/setup-check', async (c) => {
    const report = await room.examine()
    return page(c, <SetupCheckPage frame={await frameOf(c, room, 'accounts')} report={report} />)
  })

  app.get('/accounts/:id', async (c) => page(c, await drawAccount(c, room, accountOf(c))))

  addForms(app, room)

  app.post('/sending/stop', async (c) => {
    await room.configure.stopSending({ operatorId: operatorOf(c).id })
    return c.redirect(withNotice('/accounts', { done: 'stopped' }), 303)
  })

  app.post('/sending/resumption', async (c) => {
    await room.configure.resumeSending({ operatorId: operatorOf(c).id })
    return c.redirect(withNotice('/accounts', { done: 'resumed' }), 303)
  })
}

function addForms(app: Hono<Env>, room: Room): void {
  const { configure } = room

  app.post('/accounts/:id/settings', (c) =>
    attempt(c, room, 'settings', async (by) => {
      const form = await readForm(c, SettingsForm)
      const { voice, seenVoice } = form
      const numbers = {
        quietMs: Math.round(form.quietSeconds * 1000),
        undoMs: Math.round(form.undoSeconds * 1000),
        dailyBudgetMicros: Math.round(form.budgetDollars * 1e6),
        disclosureGapMs: Math.round(form.disclosureHours * HOUR_MS),
      }
      const { disclosure, humanAgent, longAds, maskForModel } = form
      const said = { voice, seenVoice, disclosure, humanAgent, longAds, maskForModel }
      await configure.saveSettings({ ...by, ...said, ...numbers })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/knowledge', (c) =>
    attempt(c, room, 'knowledge', async (by) => {
      const form = await readForm(c, KnowledgeForm)
      await configure.saveKnowledge({ ...by, ...entryOf(form), title: form.title, body: form.body })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/knowledge/:entry/removal', (c) =>
    attempt(c, room, 'knowledge', async (by) => {
      await configure.removeKnowledge({ ...by, entryId: parseId('entry', c.req.param('entry')) })
      return 'removed'
    }),
  )

  app.post('/accounts/:id/second', (c) =>
    attempt(c, room, 'second', async (by) => {
      await configure.proposeSecond({ ...by, ...(await readForm(c, SecondForm, { all: true })) })
      return 'proposed'
    }),
  )

  app.post('/accounts/:id/second/confirmation', (c) =>
    attempt(c, room, 'second', async (by) => {
      await configure.confirmSecond({ ...by, ...(await readForm(c, SecondForm, { all: true })) })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/templates', (c) =>
    attempt(c, room, 'template', async (by) => {
      const { templateId, version, ...words } = await readForm(c, TemplateForm)
      const template = templateId && { id: parseId('template', templateId), version: version ?? 0 }
      await configure.saveTemplate({ ...by, ...(template && { template }), ...words })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/templates/:template/removal', (c) =>
    attempt(c, room, 'template', async (by) => {
      await configure.removeTemplate({ ...by, templateId: parseId('template', c.req.param('template')) })
      return 'removed'
    }),
  )

  app.post('/accounts/:id/stop', (c) =>
    attempt(c, room, 'stop', async (by) => {
      await configure.stopAccount({ ...by, reason: (await readForm(c, StopForm)).reason })
      return 'stopped'
    }),
  )

  app.post('/accounts/:id/operators', (c) =>
    attempt(c, room, 'operators', async (by) => {
      const { operator = [] } = await c.req.parseBody({ all: true })
      const operatorIds = [operator].flat().map((id) => parseId('operator', id))
      await room.assign.set({ ...by, operatorIds })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/resumption', (c) =>
    attempt(c, room, 'stop', async (by) => {
      await configure.resumeAccount(by)
      return 'resumed'
    }),
  )
}

function entryOf({ entryId, version }: z.infer<typeof KnowledgeForm>) {
  return entryId ? { entry: { id: parseId('entry', entryId), version: version ?? 0 } } : {}
}

function accountOf(c: Visit): AccountId {
  return parseId('account', c.req.param('id'))
}

type By = Parameters<Room['configure']['resumeAccount']>[0]

/** Runs the verb and goes back to the account; a refusal draws it with what was typed still in its form. */
async function attempt(c: Visit, room: Room, form: AccountRefusal['form'], work: (by: By) => Promise<Done>) {
  const accountId = accountOf(c)
  try {
    const done = await work({ accountId, operatorId: operatorOf(c).id })
    return c.redirect(withNotice(`/accounts/${accountId}`, { done }), 303)
  } catch (thrown) {
    const error = AppError.from(thrown)
    if (error.code !== 'conflict' && error.code !== 'invalid_input') throw thrown
    const values = Object.fromEntries(
      Object.entries(await c.req.parseBody()).map(([name, value]) => [name, String(value)]),
    )
    const refusal = { message: `${error.message}.`, form, values }
    return page(c, await drawAccount(c, room, accountId, refusal), handling[error.code].status)
  }
}

async function drawAccount(c: Visit, room: Room, id: AccountId, refusal?: AccountRefusal) {
  const account = await readsOf(c).account(id, room.config.now())
  if (!account) throw new AppError('not_found', 'There is no such account')
  const frame = await frameOf(c, room, 'accounts')
  const operators = frame.may('people') ? await room.assign.of(id) : undefined
  return <AccountPage frame={frame} account={account} refusal={refusal} operators={operators} />
}
