import { expect, it } from 'vitest'
import { Secret } from '#src/vault/secret.ts'
import { aClaude, aMessage, anAnswer, aRequest, aTurn } from '#tests/support/claude.ts'
import { createDraftReply } from './claude.ts'
import { withhold } from './withheld.ts'

const personal = ['lena@example.com', '+49 151 23456789', '4111 1111 1111 1111', 'max@example.org']
const request = aRequest({
  maskForModel: true,
  contactName: 'lena@example.com',
  turns: [
    aTurn({ text: 'I am lena@example.com, call +49 151 23456789 or LENA' }),
    aTurn({ text: 'again lena@example.com, card 4111 1111 1111 1111', note: 'attached: file “max@example.org”' }),
  ],
  instruction: 'Confirm max@example.org.',
})

async function drafted(reply: string, given = request) {
  const claude = await aClaude()
  claude.answers.push({ body: aMessage({ answer: anAnswer({ reply }) }) })
  const draftReply = createDraftReply({
    apiKey: new Secret('sk-ant-canary'),
    baseUrl: claude.url,
    model: 'claude-haiku-5-5',
    effort: 'low',
  })
  const answer = await draftReply(given)
  return { answer, asked: JSON.stringify(claude.requests[0]?.body) }
}

it('sends placeholders in the place of what tells about a person, the same for the same', async () => {
  const { asked } = await drafted('Thanks!')
  for (const word of personal) expect(asked).not.toContain(word)
  expect(asked).toContain('I am [EMAIL_1], call [PHONE_1] or LENA')
  expect(asked).toContain('again [EMAIL_1], card [CARD_1]')
  expect(asked).toContain('Confirm [EMAIL_2].')
})

it('puts them back in the words of the reply, before anybody reviews them', async () => {
  const { answer } = await drafted('We write to [EMAIL_1] and call [PHONE_1].')
  expect(answer).toMatchObject({ outcome: 'reply', text: 'We write to lena@example.com and call +49 151 23456789.' })
})

it.each([
  'Write to [EMAIL_7].',
  'Write to [email_1].',
  'Write to EMAIL_1.',
  'Write to [ EMAIL_1 ].',
  'Pay with [IBAN_1].',
])('lets no reply pass that names a placeholder of its own: %s', async (reply) => {
  const { answer } = await drafted(reply)
  expect(answer).toMatchObject({ outcome: 'none', reason: 'invalid_answer' })
  expect(JSON.stringify(answer)).not.toContain('lena@')
})

it('gives nobody the data of another for writing what a placeholder looks like', () => {
  const turns = [aTurn({ text: 'lena@example.com' }), aTurn({ text: 'and [EMAIL_1] [x_9]' })]
  const { request: asked, putBack } = withhold(aRequest({ maskForModel: true, turns }))
  expect(asked.turns.map(({ text }) => text)).toEqual(['[EMAIL_1]', 'and [TEXT_1] [x_9]'])
  expect(putBack('[TEXT_1]')).toBe('[EMAIL_1]')
})

it('leaves everything as it is for an account that does not ask for it', async () => {
  const { answer, asked } = await drafted('Hello lena@example.com.', { ...request, maskForModel: false })
  expect(asked).toContain('lena@example.com')
  expect(answer).toMatchObject({ outcome: 'reply', text: 'Hello lena@example.com.' })
})
