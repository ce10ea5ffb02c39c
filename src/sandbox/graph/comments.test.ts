import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

/** Somebody has commented on a post of the shop's. */
async function setUp() {
  const sandbox = await aSandbox()
  const { control, call } = sandbox
  await control.phone.comment({ name: 'Clara Moser', username: 'clara', text: 'How much is it?' })
  const [comment] = control.comments()
  if (!comment) throw new Error('no comment')
  const path = `/v26.0/${comment.commentRef}`
  const reply = (message: string) => call(`${path}/replies`, { method: 'POST', json: { message } })
  const privately = (text = 'In private') =>
    call('/v26.0/me/messages', {
      method: 'POST',
      json: { recipient: { comment_id: comment.commentRef }, message: { text } },
    })
  return { ...sandbox, comment, path, reply, privately }
}

it('keeps a public reply, and delivers it as a comment of the account under the first one', async () => {
  const { reply, receiver, accountRef, comment, call, path } = await setUp()
  const { status, body } = await reply('48 euros')
  expect(status).toBe(200)
  const changes = () => receiver.items().filter((item) => item.field === 'comments')
  await expect.poll(changes).toHaveLength(2)
  expect(changes()[1]?.value).toMatchObject({
    id: body.id,
    from: { id: accountRef },
    parent_id: comment.commentRef,
    text: '48 euros',
  })
  const replies = await call(`${path}/replies?fields=id,text,from,timestamp`)
  expect(replies.body.data).toMatchObject([{ id: body.id, text: '48 euros', from: { id: accountRef } }])
})

it('hides, shows and deletes a comment; a hidden or deleted one is not answered in public', async () => {
  const { call, path, reply } = await setUp()
  const hide = (value: boolean) => call(path, { method: 'POST', json: { hide: value } })
  expect((await hide(true)).body).toEqual({ success: true })
  expect((await call(`${path}?fields=hidden`)).body).toMatchObject({ hidden: true })
  expect((await reply('Hello')).status).toBe(400)
  expect((await hide(false)).body).toEqual({ success: true })
  expect((await reply('Hello')).status).toBe(200)
  expect((await call(path, { method: 'DELETE' })).body).toEqual({ success: true })
  for (const answer of [
    await call(path),
    await reply('Hello'),
    await hide(true),
    await call(path, { method: 'DELETE' }),
  ])
    expect(answer.body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

it('lets a comment be answered privately once, within a week, although its author has never written', async () => {
  const { privately, comment, control } = await setUp()
  expect((await privately()).body).toMatchObject({ recipient_id: comment.contactRef })
  expect((await privately('Twice')).body.error).toMatchObject({ code: 100, error_subcode: 2_534_025 })
  const late = await setUp()
  late.control.change({ clockOffsetMs: 7 * 86_400_000 })
  expect((await late.privately()).body.error.error_subcode).toBe(2_534_025)
  expect(control.comments()[0]).toMatchObject({ answered: true })
})

it('shows one account nothing of another one’s comments', async () => {
  const { ask, call, path } = await setUp()
  const [other] = (await ask('POST', '/accounts', { count: 1 })).body.accounts
  const answer = await call(path, { as: other.token, method: 'DELETE' })
  expect(answer.body.error).toMatchObject({ code: 100, error_subcode: 33 })
})
