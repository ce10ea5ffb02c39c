import type { Hono } from 'hono'
import type { z } from 'zod'
import { AppError, handling } from '#src/domain/errors.ts'
import { type AccountId, parseId } from '#src/domain/ids.ts'
import { hitsIn, ruleAnswers } from '#src/domain/rule.ts'
import { type Env, operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import { RuleForm, RulePlaceForm, RuleTrialForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { type Done, withNotice } from '../notice.ts'
import { type RuleRefusal, RulesPage, type Trial } from '../pages/rules.tsx'
import { page } from './respond.ts'

export function addRules(app: Hono<Env>, room: Room): void {
  const { rules } = room

  app.get('/accounts/:id/rules', async (c) => page(c, await draw(c, room)))

  app.post('/accounts/:id/rules', (c) =>
    attempt(c, room, async (by) => {
      const form = await readForm(c, RuleForm)
      const { ruleId, version } = form
      const rule = ruleId && { id: parseId('rule', ruleId), version: version ?? 0 }
      await rules.saveRule({ ...by, ...(rule && { rule }), does: doesIn(form) })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/rules/:rule/place', (c) =>
    attempt(c, room, async (by) => {
      const { move: way } = await readForm(c, RulePlaceForm)
      await rules.moveRule({ ...by, ruleId: parseId('rule', c.req.param('rule')), way })
      return 'saved'
    }),
  )

  app.post('/accounts/:id/rules/:rule/removal', (c) =>
    attempt(c, room, async (by) => {
      await rules.removeRule({ ...by, ruleId: parseId('rule', c.req.param('rule')) })
      return 'removed'
    }),
  )

  /** Changes nothing: the same page, with what these words would set off. */
  app.post('/accounts/:id/rules/trial', async (c) => {
    const { text } = await readForm(c, RuleTrialForm)
    const hits = hitsIn(await readsOf(c).rules(accountOf(c)), [text])
    return page(c, await draw(c, room, { trial: { text, hits } }))
  })
}

/** `template:` and an id stand for both, since one choice of the form is about both. */
function doesIn({ answer, assignee, ...form }: z.infer<typeof RuleForm>) {
  const [by, template] = answer.split(':')
  const { title, phrases, isOn, label, isUrgent, risk } = form
  return {
    ...{ title, phrases, isOn, label, isUrgent, risk },
    answer: ruleAnswers.find((one) => one === by) ?? null,
    templateId: template ? parseId('template', template) : null,
    assigneeId: assignee === '' ? null : parseId('operator', assignee),
  }
}

function accountOf(c: Visit): AccountId {
  return parseId('account', c.req.param('id'))
}

type By = Pick<Parameters<Room['rules']['removeRule']>[0], 'accountId' | 'operatorId'>

/** Runs the verb and goes back to the rules; a refusal draws them with what was typed still in its form. */
async function attempt(c: Visit, room: Room, work: (by: By) => Promise<Done>) {
  const accountId = accountOf(c)
  try {
    const done = await work({ accountId, operatorId: operatorOf(c).id })
    return c.redirect(withNotice(`/accounts/${accountId}/rules`, { done }), 303)
  } catch (thrown) {
    const error = AppError.from(thrown)
    if (error.code !== 'conflict' && error.code !== 'invalid_input') throw thrown
    const typed = Object.entries(await c.req.parseBody()).map(([name, value]) => [name, String(value)])
    const values: Record<string, string> = Object.fromEntries(typed)
    const refusal = { message: `${error.message}.`, ruleId: values['ruleId'], values }
    return page(c, await draw(c, room, { refusal }), handling[error.code].status)
  }
}

async function draw(c: Visit, { config, ...room }: Room, more: { trial?: Trial; refusal?: RuleRefusal } = {}) {
  const id = accountOf(c)
  const reads = readsOf(c)
  const account = await reads.account(id, config.now())
  if (!account) throw new AppError('not_found', 'There is no such account')
  const { colleagues } = await reads.facets(operatorOf(c).id)
  const frame = await frameOf(c, { config, ...room }, 'accounts')
  const choices = { colleagues, templates: account.templates }
  return <RulesPage {...{ frame, account, choices, ...more }} rules={await reads.rules(id)} />
}
