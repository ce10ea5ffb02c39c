import { describe, expect, it } from 'vitest'
import { blindSpots, diagnosisOf, found } from '#src/domain/diagnoses.ts'
import { newId } from '#src/domain/ids.ts'
import type { Report } from '#src/domain/report.ts'
import { aConsole, at, signedInAs } from '#tests/support/console.ts'

function aReport(changed: Partial<Report> = {}): Report {
  return { at, house: [], app: [], accounts: [], unseen: [], ...changed }
}

async function shown(report: Report): Promise<string> {
  const answer = await aConsole({ report }).app.request('/setup-check', signedInAs('admin'))
  expect(answer.status).toBe(200)
  return (await answer.text()).replace(/&#39;/g, '’')
}

describe('the setup check', () => {
  it('says of each fault how bad it is, what exactly, where it is mended and what it costs', async () => {
    const html = await shown(aReport({ app: [found('object_fields_missing', 'page: feed')] }))
    const { wrong, fix, cost } = diagnosisOf('object_fields_missing')
    for (const words of ['Works badly', wrong, 'page: feed', fix, cost, 'object_fields_missing']) {
      expect(html).toContain(words)
    }
    expect(html).toContain('Something has to be mended')
  })

  it('calls a house well when only something to come was found', async () => {
    const account = { id: newId('account', at), platform: 'instagram' as const, name: 'Alpine' }
    const html = await shown(aReport({ accounts: [{ ...account, found: [found('token_ends', '2026-12-01')] }] }))
    expect(html).toContain('Nothing stands in the way')
    expect(html).toContain(`href="/accounts/${account.id}"`)
  })

  it('says what it could not look at', async () => {
    expect(await shown(aReport({ unseen: ['live_mode'] }))).toContain(blindSpots.live_mode)
  })

  it('shows an account’s name and an address of Meta’s record as text', async () => {
    const account = { id: newId('account', at), platform: 'messenger' as const, name: '<b>A</b>', found: [] }
    const app = [found('callback_elsewhere', 'page: https://x.example/<script>')]
    const html = await shown(aReport({ accounts: [account], app }))
    expect(html).not.toContain('<b>A</b>')
    expect(html).not.toContain('<script>')
  })

  it.each([
    ['admin', true],
    ['viewer', false],
    ['approver', false],
    ['auditor', false],
  ])('is offered to %s: %s', async (role, offered) => {
    const { app } = aConsole()
    expect((await (await app.request('/accounts', signedInAs(role))).text()).includes('href="/setup-check"')).toBe(
      offered,
    )
    expect((await app.request('/setup-check', signedInAs(role))).status).toBe(offered ? 200 : 403)
  })
})
