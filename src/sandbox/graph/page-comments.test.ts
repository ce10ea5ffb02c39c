import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

const PAGE_SECRET = 'test_page_secret_0123'

/** Somebody has commented on a post of the Page's. */
async function setUp({ named = true } = {}) {
  const sandbox = await aSandbox({ pageSecret: PAGE_SECRET })
  const { control, receiver, call: plain } = sandbox
  const page = control.firsts().find(({ platform }) => platform === 'messenger')
  if (!page) throw new Error('no Page')
  control.change({ commentersNamed: named })
  const { accountRef, token } = page
  await control.phone.comment({ name: 'Eva Berg', text: 'Open on Sunday?', accountRef })
  const [comment] = control.comments()
  if (!comment) throw new Error('no comment')
  const proof = createHmac('sha256', PAGE_SECRET).update(token).digest('hex')
  const call = (path: string, options: { method?: string; json?: unknown } = {}) =>
    plain(`/v26.0/${path}${path.includes('?') ? '&' : '?'}appsecret_proof=${proof}`, { ...options, as: token })
  const feed = () => receiver.items().map((item) => item.value)
  const told = (count: number) =>
    expect
      .poll(() => feed().length)
      .toBe(count)
      .then(() => feed().at(-1))
  return { ...sandbox, accountRef, comment, ref: comment.commentRef, call, feed, told }
}

it('delivers a comment as an addition to the feed, by somebody whose id is not that of their messages', async () => {
  const { comment, ref, accountRef, told, receiver } = await setUp()
  expect(await told(1)).toMatchObject({
    item: 'comment',
    verb: 'add',
    comment_id: ref,
    parent_id: comment.mediaRef,
    post_id: expect.stringMatching(new RegExp(`^${accountRef}_\\d+$`)),
    from: { id: comment.authorRef, name: 'Eva Berg' },
    message: 'Open on Sunday?',
    created_time: Math.floor(comment.at / 1000),
  })
  expect(comment.authorRef).not.toBe(comment.contactRef)
  expect(receiver.received[0]).toMatchObject({ path: '/webhooks/messenger' })
})

it('leaves out who commented when told to', async () => {
  const { told } = await setUp({ named: false })
  expect(await told(1)).not.toHaveProperty('from')
})

it('tells what becomes of it: new words, hidden, shown, removed', async () => {
  const { control, ref, told, call } = await setUp()
  await control.phone.rewordComment(ref, 'Open on Saturday?')
  expect(await told(2)).toMatchObject({ verb: 'edited', message: 'Open on Saturday?', edited_time: expect.any(Number) })
  const hide = (value: boolean) => call(ref, { method: 'POST', json: { is_hidden: value } })
  expect((await hide(true)).body).toEqual({ success: true })
  expect(await told(3)).toMatchObject({ verb: 'hide', is_hidden: true, comment_id: ref })
  expect((await call(`${ref}?fields=is_hidden,message`)).body).toMatchObject({ is_hidden: true })
  await hide(false)
  expect(await told(4)).toMatchObject({ verb: 'unhide', is_hidden: false })
  await control.phone.removeComment(ref)
  const removal = await told(5)
  expect(removal).toMatchObject({ verb: 'remove', comment_id: ref })
  expect(removal).not.toHaveProperty('message')
  expect(removal).not.toHaveProperty('from')
  expect((await call(ref, { method: 'DELETE' })).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

it('keeps an answer under it, by the name of the Page, and knows no such edge as Instagram’s', async () => {
  const { ref, call, told, accountRef } = await setUp()
  const { body } = await call(`${ref}/comments`, { method: 'POST', json: { message: 'From ten.' } })
  expect(await told(2)).toMatchObject({ comment_id: body.id, parent_id: ref, from: { id: accountRef } })
  const replies = await call(`${ref}/comments?fields=id,message,from,created_time,parent`)
  expect(replies.body.data).toMatchObject([{ id: body.id, message: 'From ten.', parent: { id: ref } }])
  expect((await call(`${ref}/replies`)).status).toBe(400)
})

it('joins a comment to the direct conversation by a private reply, once', async () => {
  const { ref, call, comment, accountRef } = await setUp()
  const privately = (text: string) =>
    call(`${accountRef}/messages`, { method: 'POST', json: { recipient: { comment_id: ref }, message: { text } } })
  expect((await privately('In private')).body).toMatchObject({ recipient_id: comment.contactRef })
  expect((await privately('Twice')).body.error).toMatchObject({ code: 100, error_subcode: 2_534_025 })
  expect((await call(`${ref}?fields=can_reply_privately`)).body).toMatchObject({ can_reply_privately: false })
})

it('lets people comment, think better of it, and name the account elsewhere, over HTTP', async () => {
  const { ask, accountRef, told, receiver } = await setUp()
  const said = await ask('POST', '/comments', { accountRef, name: 'Ada', text: 'Hm' })
  expect(await told(2)).toMatchObject({ from: { name: 'Ada' }, message: 'Hm' })
  await ask('PATCH', `/comments/${said.body.commentRef}`, { text: 'Oh' })
  expect(await told(3)).toMatchObject({ verb: 'edited', message: 'Oh' })
  await ask('DELETE', `/comments/${said.body.commentRef}`)
  expect(await told(4)).toMatchObject({ verb: 'remove' })
  expect((await ask('DELETE', `/comments/${said.body.commentRef}`)).status).toBe(404)
  await ask('POST', '/mentions', { accountRef, name: 'Ben', text: 'Ask @murmelton' })
  await expect
    .poll(() => receiver.items().at(-1))
    .toMatchObject({
      field: 'mention',
      value: { item: 'comment', sender_name: 'Ben', message: 'Ask @murmelton' },
    })
  await ask('POST', '/mentions', { name: 'Cleo', text: '@murmelton.ceramics!' })
  await expect
    .poll(() => receiver.items().at(-1))
    .toMatchObject({ field: 'comments', value: { from: { username: 'cleo' } } })
})
