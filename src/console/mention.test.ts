import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { aConsole, aConversationView, at, signedInAs } from '#tests/support/console.ts'
import type { ConversationView, MessageView } from './views.ts'

const place = 'https://www.instagram.com/p/abc/'

/** Somebody named us in a comment under a post that is not ours. */
async function pageOf(message: Partial<MessageView> = {}, changed: Partial<ConversationView> = {}) {
  const comment = { hidden: false, live: false, answeredPrivately: false, at, elsewhere: true }
  const view = aConversationView({ kind: 'mention', comment, windowExpiresAt: null, ...changed })
  Object.assign(view.messages[0] ?? {}, { form: 'comment_mention', ...message })
  const { app } = aConsole({ reads: { conversation: async () => view } })
  return (await app.request(`/conversations/${view.id}`, signedInAs('approver'))).text()
}

describe('a mention elsewhere', () => {
  it('says where it stands, and leads there', async () => {
    const html = await pageOf({ attachments: [{ type: 'mentioning_post', url: place, title: 'Our week' }] })
    expect(html).toContain('Mentioned you in a comment under somebody’s post')
    expect(html).toContain(`href="${place}"`)
    expect(html).toContain('Our week')
    expect(html).toContain('Mentions elsewhere')
  })

  it('offers its one answer, and neither a private one nor to hide what stands there', async () => {
    const html = await pageOf()
    expect(html).toMatch(/value="approve"(?![^>]*disabled)/)
    expect(html).not.toContain('Where to answer')
    expect(html).not.toContain('Hide the comment')
  })

  it('leads to where else the same person speaks', async () => {
    const id = newId('conversation', at)
    const html = await pageOf({}, { others: [{ id, kind: 'direct' }] })
    expect(html).toMatch(new RegExp(`Also here:.*href="/conversations/${id}"[^>]*>Instagram<`))
    expect(await pageOf()).not.toContain('Also here')
  })

  it('says that its words are not shown', async () => {
    const html = await pageOf({ form: 'hidden_mention', text: '' }, { draft: null, attention: 'person' })
    expect(html).toContain('Mentioned you where the platform does not show us the words')
  })
})
