import { describe, expect, it } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { newId } from '#src/domain/ids.ts'
import { aConsole, aForm, at, signedInAs } from '#tests/support/console.ts'
import type { RuleView } from './rule-verbs.ts'

const rule: RuleView = {
  ...{ id: newId('rule', at), title: 'Money', phrases: 'refund*', isOn: true, version: 3 },
  ...{ assigneeId: newId('operator', at), assigneeName: null, label: null, isUrgent: true, risk: 'refunds' },
  ...{ answer: 'person', templateId: null, templateTitle: null },
}
const rules = async () => [rule]
const path = `/accounts/${newId('account', at)}/rules`

describe('the rules of an account', () => {
  it('say what they do, and which of them cannot do it any more', async () => {
    const { app } = aConsole({ reads: { rules } })
    const html = await (await app.request(path, signedInAs('admin'))).text()
    for (const words of ['urgent', 'risk: refunds', 'a person answers', 'no longer decides here', '>Look<'])
      expect(html).toContain(words)
  })

  it('are shown to a viewer without a form, who may try a sentence all the same', async () => {
    const { app, calls } = aConsole({ reads: { rules } })
    const html = await (await app.request(path, signedInAs('viewer'))).text()
    expect(html).toContain('refund*')
    expect(html).not.toContain('name="phrases"')
    const tried = await app.request(`${path}/trial`, aForm({ text: 'Two refunds & more' }, { as: 'viewer' }))
    const said = await tried.text()
    expect(said).toContain('matches “<bdi>refund*</bdi>”')
    expect(said).toContain('Two refunds &amp; more')
    const none = await app.request(`${path}/trial`, aForm({ text: 'hello' }, { as: 'viewer' }))
    expect(await none.text()).toContain('No rule matches')
    expect(calls).toEqual([])
  })

  it('reach the verb as they were typed, and come back as typed when they are refused', async () => {
    const { app, calls } = aConsole({ reads: { rules } })
    const templateId = newId('template', at)
    const typed = { title: 'New', phrases: 'a\nb', isOn: 'yes', answer: `template:${templateId}`, label: 'L', risk: '' }
    await app.request(path, aForm(typed, { as: 'admin' }))
    const does = { title: 'New', phrases: 'a\nb', isOn: true, label: 'L', isUrgent: false, risk: null }
    expect(calls[0]).toMatchObject([
      'saveRule',
      { does: { ...does, answer: 'template', templateId, assigneeId: null } },
    ])

    const refuse = async () => {
      throw new AppError('conflict', 'Somebody changed this rule meanwhile')
    }
    const refusing = aConsole({ reads: { rules }, rules: { saveRule: refuse } })
    const refused = await refusing.app.request(
      path,
      aForm({ ...typed, ruleId: rule.id, version: '3', title: 'Mine' }, { as: 'admin' }),
    )
    expect(refused.status).toBe(409)
    expect(await refused.text()).toMatch(/Somebody changed this rule meanwhile[\s\S]*value="Mine"/)
  })

  it('are not there for an account that is not', async () => {
    const { app } = aConsole({ reads: { account: async () => undefined } })
    expect((await app.request(path, signedInAs('viewer'))).status).toBe(404)
    expect((await app.request(`${path}/trial`, aForm({ text: 'x' }, { as: 'viewer' }))).status).toBe(404)
  })
})
