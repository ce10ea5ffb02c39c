import { expect, it } from 'vitest'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { neededScopes } from '#src/domain/permission.ts'
import { neededFields } from '#src/domain/subscription.ts'
import { aConsole, anAccountDetail, at, signedInAs } from '#tests/support/console.ts'

const day = (number: number) => new Date(at.getTime() + number * 86_400_000)
const page = { platform: 'messenger' as const, tokenObtainedAt: day(-80), tokenExpiresAt: NO_EXPIRY }
const scopes = Object.keys(neededScopes.messenger)

/** What the page says, without its tags. */
async function wordsOf(changed: Parameters<typeof anAccountDetail>[0]): Promise<string> {
  const account = anAccountDetail(changed)
  const { app } = aConsole({ reads: { account: async () => account } })
  const answer = await app.request(`/accounts/${account.id}`, signedInAs('admin'))
  const text = (await answer.text()).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  return text.slice(text.indexOf(' Token '), text.indexOf(' Sending '))
}

it('tells the life of a token that is renewed by itself', async () => {
  const words = await wordsOf({ tokenObtainedAt: day(-12), tokenExpiresAt: day(48), tokenCheckedAt: day(-1) })
  expect(words).toMatch(/Obtained 10 Nov, 12 d ago .*Last checked 21 Nov, .* ago .*Renewal .*in 18 d .*Ends .*in 48 d/)
})

it('tells what a Page’s token allows, and what of that ends although the token does not', async () => {
  const dataAccessExpiresAt = day(10)
  const plain = await wordsOf({ ...page, scopes, dataAccessExpiresAt })
  expect(plain).toMatch(/Access to data ends 2 Dec, in 10 d Nothing that this account allows ends with it\./)
  expect(plain).toContain('Without an end')
  expect(plain).not.toMatch(/Renewal|9999|Not everything/)
  const behind = await wordsOf({ ...page, scopes: [...scopes, 'instagram_basic'], dataAccessExpiresAt })
  expect(behind).toContain('instagram_basic: no longer from then on')
})

it.each([
  ['190/460', /password was changed\. Connect the account again/],
  ['190/458', /removed the app\. Connect the account again/],
  ['190/459', /sign in at facebook\.com .* may then work again/],
  ['190/492', /lost their role on it\. Have another person/],
])('says after %s what went wrong and what to do', async (tokenError, said) => {
  const words = await wordsOf({ ...page, credentialStatus: 'revoked', tokenError })
  expect(words).toMatch(said)
  expect(words).toContain('messages are kept, and replies wait')
  expect(words).not.toContain('Without an end')
})

it('names a missing permission and what cannot be done without it', async () => {
  expect(await wordsOf({ ...page, scopes: scopes.slice(1) })).toMatch(
    /Not everything was allowed\. .* Pages cannot be listed when you connect again\. pages_show_list/,
  )
})

it('says which webhooks we are told of, when that was seen, and what is lacking', async () => {
  expect(await wordsOf({})).toContain('Nobody has seen yet')
  const seen = { ...page, subscriptionsCheckedAt: new Date(at.getTime() - 600_000) }
  const whole = await wordsOf({ ...seen, subscribedFields: [...neededFields.messenger] })
  expect(whole).toMatch(/Webhooks Subscribed Last seen 11:50/)
  expect(whole).not.toContain('We are not told')
  const lacking = await wordsOf({ ...seen, subscribedFields: neededFields.messenger.slice(0, -1) })
  expect(lacking).toMatch(/Incomplete .* What happens in mention does not reach us/)
  expect(await wordsOf({ ...seen, subscribedFields: [] })).toContain('Webhooks Dropped')
})

it('says whether anything came to light that no webhook told of', async () => {
  expect(await wordsOf({})).toContain('Nobody has looked yet.')
  const looked = { lookedAt: new Date(at.getTime() - 600_000) }
  expect(await wordsOf(looked)).toMatch(/Nothing was missing ?; last looked /)
  expect(await wordsOf({ ...looked, missedFound: 3 })).toContain('3 messages or comments came to light that way')
})

it('the list of accounts has each of its buttons once', async () => {
  const html = await (await aConsole().app.request('/accounts', signedInAs('admin'))).text()
  for (const words of ['Connect an account', 'Stop all sending', 'Setup check']) {
    expect(html.split(words), words).toHaveLength(2)
  }
})
