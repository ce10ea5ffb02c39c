import { expect, it } from 'vitest'
import type { Insight } from '#src/domain/insight.ts'
import { aConsole, aForm, anAccountDetail, anInsight, signedInAs } from '#tests/support/console.ts'

async function shown(insight: Insight = anInsight(), { path = '/insight', as = 'viewer' } = {}) {
  const asked: unknown[] = []
  const reads = {
    insight: async (...query: unknown[]) => {
      asked.push(query[0])
      return insight
    },
  }
  const answer = await aConsole({ reads }).app.request(path, signedInAs(as))
  return { status: answer.status, text: await answer.text(), asked }
}

it('shows each account’s figures in words a person reads', async () => {
  const figures = { asDrafted: 3, edited: 1, rejected: 2, costMicros: 20_000 }
  const { text } = await shown(anInsight({ ...figures, name: 'Alp <b>' }))
  const cells = [...text.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell).slice(0, 16)
  expect(cells.slice(0, 8)).toEqual(['8', '2 min', '1 h 30 min', '100 %', '1', '3', '1', '25 %'])
  expect(cells.slice(8)).toEqual(['2', '0', '0', '0', '2', '1', '$0.0200', '$0.0050'])
  expect(text).toContain('<bdi>Alp &lt;b&gt;</bdi>')
  expect(text).toContain('<dd>75 %</dd>')
})

it('draws without script and style, names each drawing, and has its table behind it', async () => {
  const { text } = await shown(anInsight({ asDrafted: 3, rejected: 1, costMicros: 1 }))
  expect(text).not.toContain(' style=')
  const drawings = [...text.matchAll(/role="img" aria-labelledby="(\S+) (\S+)"/g)]
  expect(drawings).toHaveLength(3)
  for (const [, title, desc] of drawings) {
    expect(text).toContain(`<title id="${title}">`)
    expect(text).toContain(`<desc id="${desc}">`)
  }
  expect(text.match(/<details class="behind">/g)).toHaveLength(3)
  // A bar of three and one of one, upon each other, in the room of the last of seven days.
  expect(text).toContain('<rect class="chart-1" x="644.57" y="40" width="48" height="120"')
  expect(text).toContain('<rect class="chart-3" x="644.57" y="0" width="48" height="40"')
})

it('says what stands out, why drafts were rejected, and what was left out', async () => {
  const calm = (await shown()).text
  expect(calm).not.toContain('insight-spike')
  const insight = anInsight({ spike: { day: '2026-11-22', count: 9, usual: 1 } })
  const reasons = [{ reason: '<i>Wrong tone', count: 2 }]
  const { text } = await shown({ ...insight, reasons, countedFrom: new Date('2026-11-20T08:00:00Z'), isMore: true })
  expect(text).toContain('in 9 conversations on 2026-11-22')
  expect(text).toContain('<bdi>&lt;i&gt;Wrong tone</bdi>')
  expect(text).toContain('20 November 2026 at 08:00')
  expect(text).toContain('the first 1 accounts')
})

it('takes the period and the account from the address, and what is none for a week of all', async () => {
  const { id } = anAccountDetail()
  expect((await shown(anInsight(), { path: `/insight?days=90&account=${id}` })).asked).toEqual([
    { span: 90, accountId: id },
  ])
  expect((await shown(anInsight(), { path: '/insight?days=31&account=%27' })).asked).toEqual([{ span: 7 }])
})

it('hands figures to those who may take them out, and only after that is on the record', async () => {
  const order: string[] = []
  const { app } = aConsole({
    record: { noteInsight: async ({ query }) => void order.push(`noted ${query.span}`) },
    reads: {
      insight: async () => {
        order.push('read')
        return anInsight({ name: '=cmd("x")', sent: 5 })
      },
    },
  })
  const answer = await app.request('/insight/exports', aForm({ days: '30' }, { as: 'admin' }))
  const [head, line] = (await answer.text()).split('\r\n')
  expect(order).toEqual(['noted 30', 'read'])
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/)
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="insight-2026-11-22.csv"')
  expect(head).toMatch(/^day,account_id,account,platform,inbound,exchanges,/)
  expect(line).toMatch(/^2026-11-22,acc_\w{26},"'=cmd\(""x""\)",instagram,8,4,3,3,1,0,0,0,0,0,0,5,0$/)
  expect((await app.request('/insight/exports', aForm({ days: '30' }, { as: 'approver' }))).status).toBe(403)
  expect((await shown()).text).not.toContain('/insight/exports')
})
