import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import type { ParsedItem } from '#src/domain/inbox.ts'
import { platforms } from '#src/domain/platform.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { parseInstagramDelivery } from '#src/platforms/instagram/webhook.ts'
import { parseMessengerDelivery } from '#src/platforms/messenger/webhook.ts'
import { errorTable, type Meaning } from '#src/platforms/meta/error-table.ts'
import { matchSignature } from '#src/platforms/meta/signature.ts'
import type { KeptMention } from '#src/sandbox/world.ts'
import { Secret } from '#src/vault/secret.ts'
import { APP_SECRET, aSandbox } from '#tests/support/sandbox.ts'

const PAGE_SECRET = 'test_page_secret_0123'
const sides = {
  instagram: { parse: parseInstagramDelivery, secret: APP_SECRET },
  messenger: { parse: parseMessengerDelivery, secret: PAGE_SECRET },
}
const withNote = ([name, meaning]: [string, Meaning]) => [name, { note: '', ...meaning }] as const
/** What each platform tells of a mention, and of our answer to it. */
const mentions = {
  instagram: { author: { username: 'ben.moser', contactRef: '@ben.moser' }, back: undefined },
  messenger: { author: { name: 'Ben Moser' }, back: [['Here!', true]] },
}
const placeOf = ({ mediaRef, commentRef, isPost }: KeptMention) => ({ mediaRef, ...(!isPost && { commentRef }) })
const soon = () => AbortSignal.timeout(5000)

describe.each(platforms)('our side and the stand-in of %s', (platform) => {
  const { parse, secret } = sides[platform]

  async function setUp() {
    const { control, receiver, url } = await aSandbox({ pageSecret: PAGE_SECRET })
    const account = control.firsts().find((first) => first.platform === platform)
    if (!account) throw new Error('The platform is not played')
    const places = { instagramGraphUrl: url, metaGraphUrl: url, graphApiVersion: 'v26.0' }
    const adapter = createAdapters({ ...places, metaAppSecrets: [{ secret: new Secret(PAGE_SECRET) }] })[platform]
    const { accountRef } = account
    const comment = async () => {
      await control.phone.comment({ name: 'Clara Moser', text: 'What is it?', accountRef })
      const said = control.comments().at(-1)
      if (!said) throw new Error('Nobody commented')
      return said
    }
    const { contactRef } = control.phone.meet('Eva Berg', { accountRef })
    const listener = { accountRef, hear: () => undefined, pace: async () => undefined }
    const token = new Secret(account.token)
    const heard = (): ParsedItem['item'][] =>
      receiver.received.flatMap(({ body }) => parse(Buffer.from(body)).map(({ item }) => item))
    const aMessage = (text: string) => {
      const postId = newId('post', new Date())
      return { postId, kind: 'message' as const, accountRef, recipientRef: contactRef, text }
    }
    return { control, receiver, adapter, accountRef, contactRef, listener, token, heard, comment, aMessage }
  }

  it('agree on every row of the error table: it means the same when the stand-in answers with it, and nothing is kept', async () => {
    const { control, adapter, contactRef, token, aMessage } = await setUp()
    control.phone.write(contactRef, { text: 'Habt ihr offen?' })
    for (const [name, { note: _, ...meaning }] of Object.entries(errorTable).map(withNote)) {
      const [code, subcode] = name.replace('*', '100').split('/').map(Number)
      const error = { message: 'As the platform says it', type: 'OAuthException', code, error_subcode: subcode }
      control.faults.queue([{ match: { method: 'POST', path: '/messages$' }, status: 400, body: { error } }])
      const { outcome } = await adapter.send(aMessage(name), token, soon())
      expect({ name, ...outcome }).toMatchObject({ name, ...meaning })
    }
    expect(control.faults.waiting()).toEqual([])
    expect(control.arrivals().filter(({ kept }) => kept)).toEqual([])
  })

  it('agree on who writes, who answers, and what that looks like in the thread', async () => {
    const { control, receiver, adapter, accountRef, contactRef, listener, token, heard, aMessage } = await setUp()
    const { mid } = control.phone.write(contactRef, { text: 'Habt ihr am Samstag offen? 🏔️' })
    await expect.poll(heard).toMatchObject([{ kind: 'message', accountRef, contactRef, messageRef: mid, form: 'text' }])
    const [first] = receiver.received
    const signed = matchSignature(Buffer.from(first?.body ?? ''), first?.signature, [
      { label: platform, secret: new Secret(secret) },
    ])
    expect(signed?.label).toBe(platform)

    const post = aMessage('Ja, ab zehn.')
    const { outcome } = await adapter.send(post, token, soon())
    const messageRef = outcome.kind === 'sent' ? outcome.messageRef : undefined
    expect(messageRef).toBeDefined()
    await expect
      .poll(() => heard()[1])
      .toMatchObject({ kind: 'echo', contactRef, messageRef, text: post.text, self: false })
    const correlation = platform === 'messenger' ? post.postId : undefined
    expect(heard()[1]).toMatchObject(correlation ? { correlation } : {})

    const thread = await adapter.readBack?.(post, token, soon(), listener)
    expect(thread?.messages.map(({ fromUs, text }) => [fromUs, text])).toEqual([
      [true, 'Ja, ab zehn.'],
      [false, 'Habt ihr am Samstag offen? 🏔️'],
    ])
    expect(thread?.messages[0]?.messageRef).toBe(messageRef)
  })

  it('agree on who is who, on a closed window, and on a dead token', async () => {
    const { control, adapter, accountRef, contactRef, listener, token, aMessage } = await setUp()
    control.phone.write(contactRef, { text: 'Hi' })
    expect((await adapter.credential.check(token, soon())).accountRef).toBe(accountRef)
    expect(await adapter.profile(contactRef, token, soon(), listener)).toMatchObject({ name: 'Eva Berg' })
    const post = aMessage('Ja')
    control.change({ clockOffsetMs: 25 * 3_600_000 })
    expect((await adapter.send(post, token, soon())).outcome).toMatchObject({ kind: 'refused', about: 'reply_window' })
    control.stage.token({ accountRef, dead: true })
    expect((await adapter.send(post, token, soon())).outcome).toMatchObject({ kind: 'reauthorise' })
    await expect(adapter.credential.check(token, soon())).rejects.toMatchObject({ code: 'credential_rejected' })
  })

  it('agree on what somebody read and how they liked it', async () => {
    const { control, adapter, contactRef, token, heard, aMessage } = await setUp()
    control.phone.write(contactRef, { text: 'Hi' })
    const post = aMessage('Ja')
    const { outcome } = await adapter.send(post, token, soon())
    const messageRef = outcome.kind === 'sent' ? outcome.messageRef : ''
    await control.phone.react(messageRef, '❤️')
    await control.phone.read(messageRef)
    const kinds = () => heard().map(({ kind }) => kind)
    await expect.poll(kinds).toEqual(['message', 'echo', 'reaction', 'seen'])
    const [, echo, reaction, seen] = heard()
    expect(reaction).toMatchObject({ messageRef, emoji: '❤️', contactRef })
    expect(seen?.at.getTime()).toBeGreaterThanOrEqual(echo?.at.getTime() ?? 0)
  })

  it('agree on who commented where, and on the answers to it in public and in private', async () => {
    const { adapter, accountRef, listener, token, heard, comment } = await setUp()
    const said = await comment()
    const { commentRef, mediaRef, contactRef, authorRef = contactRef } = said
    const about = { commentRef, mediaRef, contactRef: authorRef, text: 'What is it?', own: false, live: false }
    await expect.poll(heard).toMatchObject([{ kind: 'comment', accountRef, ...about }])
    expect(heard()[0]).toMatchObject(platform === 'messenger' ? { name: 'Clara Moser' } : { username: 'clara.moser' })

    const postId = newId('post', new Date())
    const post = { postId, accountRef, recipientRef: commentRef, text: '48 euros.' }
    const publicly = (await adapter.send({ ...post, kind: 'public_reply' }, token, soon())).outcome
    const messageRef = publicly.kind === 'sent' ? publicly.messageRef : ''
    await expect
      .poll(() => heard()[1])
      .toMatchObject({ kind: 'comment', own: true, parentRef: commentRef, commentRef: messageRef, text: post.text })
    const shown = await adapter.readBack?.({ ...post, kind: 'public_reply' }, token, soon(), listener)
    expect(shown).toMatchObject({ complete: true, messages: [{ messageRef, fromUs: true, text: post.text }] })

    const { outcome } = await adapter.send({ ...post, kind: 'private_reply' }, token, soon())
    expect(outcome).toMatchObject({ kind: 'sent', recipientRef: contactRef })
    await expect.poll(() => heard()[2]).toMatchObject({ kind: 'echo', contactRef, text: post.text })
  })

  it('agree on hiding, showing and deleting a comment', async () => {
    const { control, adapter, accountRef, token, heard, comment } = await setUp()
    const { commentRef: recipientRef } = await comment()
    const moderate = async (kind: 'hide' | 'unhide' | 'delete') => {
      const post = { postId: newId('post', new Date()), kind, accountRef, recipientRef, text: '' }
      const { outcome } = await adapter.send(post, token, soon())
      return [outcome.kind, control.comments()[0]?.hidden, control.comments()[0]?.deleted]
    }
    expect(await moderate('hide')).toEqual(['sent', true, undefined])
    expect(await moderate('unhide')).toEqual(['sent', false, undefined])
    expect(await moderate('delete')).toEqual(['sent', false, true])
    const told = platform === 'messenger' ? ['comment', 'visibility', 'visibility', 'unsend'] : ['comment']
    await expect.poll(() => heard().map(({ kind }) => kind)).toEqual(told)
  })

  it('agree on what its author makes of a comment, and on a mention elsewhere', async () => {
    const { control, accountRef, heard, comment } = await setUp()
    const { commentRef } = await comment()
    await control.phone.rewordComment(commentRef, 'How much is it?')
    await control.phone.removeComment(commentRef)
    await control.phone.mention({ name: 'Ben', text: 'Ask them', accountRef })
    const kinds = () => heard().map(({ kind }) => kind)
    await expect
      .poll(kinds)
      .toEqual(platform === 'messenger' ? ['comment', 'edit', 'unsend', 'mention'] : ['comment', 'comment'])
    const about = { messageRef: commentRef, onComment: true }
    if (platform === 'messenger') expect(heard()).toMatchObject([{}, { ...about, text: 'How much is it?' }, about, {}])
  })

  it('agree on who named the account elsewhere, on what is kept from us, and on the answer there', async () => {
    const { control, adapter, accountRef, listener, token, heard } = await setUp()
    const shown = async (place: { mediaRef: string; commentRef?: string }) =>
      adapter.mention?.({ ...place, accountRef, at: new Date() }, token, soon(), listener)
    const named = async (how: object) => {
      await control.phone.mention({ name: 'Ben Moser', text: 'Ask @murmelton', accountRef, ...how })
      const mention = control.mentions().at(-1)
      if (!mention) throw new Error('Nobody named the account')
      return { mention, place: placeOf(mention) }
    }
    for (const isPost of [false, true]) {
      const { mention, place } = await named({ isPost, idsOnly: true })
      await expect.poll(() => heard().at(-1)).toMatchObject({ kind: 'mention_notice', accountRef, ...place })
      const link = { url: expect.stringMatching(/^https:/) }
      const found = await shown(place)
      expect(found).toMatchObject({
        kind: 'shown',
        item: { kind: 'mention', ...place, ...mentions[platform].author, text: mention.text, link },
      })
      expect(found?.kind === 'shown' && 'commentRef' in found.item).toBe(!isPost)

      const { mediaRef, commentRef: recipientRef } = mention
      const post = { postId: newId('post', new Date()), kind: 'mention_reply' as const, accountRef, text: 'Here!' }
      const { outcome } = await adapter.send({ ...post, recipientRef, mediaRef }, token, soon())
      expect(outcome).toMatchObject({ kind: 'sent', messageRef: mention.answers[0]?.ref })
      expect(mention.answers).toMatchObject([{ text: 'Here!' }])
      const back = await adapter.readBack?.({ ...post, recipientRef }, token, soon(), listener)
      expect(back?.messages.map(({ text, fromUs }) => [text, fromUs])).toEqual(mentions[platform].back)
      const gone = await adapter.send({ ...post, recipientRef: '1', mediaRef }, token, soon())
      expect(gone.outcome).toMatchObject({ kind: 'refused', about: 'thread' })
    }
    const { place } = await named({ isClosed: true, idsOnly: true })
    expect(await shown(place)).toEqual({ kind: 'hidden' })
  })

  it('agree on what was said lately: as the webhooks tell it, but for times cut to the second', async () => {
    const { control, adapter, accountRef, contactRef, listener, token, heard, comment } = await setUp()
    const attachments = [{ type: 'image', url: '/pictures/teapot.svg' }]
    const { mid } = control.phone.write(contactRef, { text: 'Do you have this?', attachments })
    control.phone.write(contactRef, { text: 'This one', replyTo: mid })
    control.phone.answerFromApp(contactRef, { text: 'We do.' })
    const said = await comment()
    await control.phone.replyInPublic(said, '48 euros').delivered
    await expect.poll(() => heard().length).toBe(5)
    const recent = await adapter.recent?.({ accountRef, since: new Date(0) }, token, soon(), listener)
    expect(recent?.complete).toBe(true)
    const shown = [...(recent?.threads.flat() ?? []), ...(recent?.comments ?? [])]
    // Only a webhook names the app that sent an echo; a link lives from the moment it is given.
    const facts = (items: ParsedItem['item'][]) =>
      items
        .map((item) => ({ ...item, at: 0, appRef: 0 }))
        .sort((a, b) => (a.key.join() < b.key.join() ? -1 : 1))
        .map((item) => JSON.stringify(item).replaceAll(/\?oe=\w+/g, ''))
    expect(facts(shown.map(({ item }) => item))).toEqual(facts(heard()))
    for (const one of shown) {
      const at = new Date(one.item.at.getTime() + 7)
      expect(parse(one.asDelivery(at))).toMatchObject([{ item: { key: one.item.key, at } }])
    }
  })
})
