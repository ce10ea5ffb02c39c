import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

async function aBrowser() {
  const sandbox = await aSandbox()
  const { url } = sandbox
  async function open(path: string) {
    const answer = await fetch(`${url}${path}`)
    return { status: answer.status, headers: answer.headers, html: await answer.text() }
  }
  async function submit(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const sent = { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' as const }
    const answer = await fetch(`${url}${path}`, {
      ...sent,
      headers: { origin: url, 'sec-fetch-site': 'same-origin', ...headers },
    })
    return { status: answer.status, location: answer.headers.get('location') ?? '', html: await answer.text() }
  }
  return { ...sandbox, open, submit }
}

it('says plainly that it is a sandbox and where the console is', async () => {
  const { open, receiver } = await aBrowser()
  const { html, headers } = await open('/')
  expect(html).toMatch(/^<!doctype html>/i)
  expect(html).toContain('Sandbox')
  expect(html).toContain('Nobody here is real')
  expect(html).toContain(new URL(receiver.webhookUrl).origin)
  expect(headers.get('content-type')).toContain('text/html')
})

it('puts the strict policy on every page, picture and file of its own', async () => {
  const { open, aContact } = await aBrowser()
  const { contactRef } = aContact()
  for (const path of [
    '/',
    `/contacts/${contactRef}`,
    '/assets/sandbox.css',
    '/assets/sandbox.js',
    '/pictures/teapot.png',
  ]) {
    const { status, headers, html } = await open(path)
    expect(status).toBe(200)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    if (path.startsWith('/c') || path === '/') expect(html).not.toMatch(/<script>|<style|style=|onclick/)
  }
  expect((await open('/assets/..%2fmain.ts')).status).toBe(404)
})

it('lets somebody new write, and shows the answer once', async () => {
  const { open, submit, send, receiver } = await aBrowser()
  const { status, location } = await submit('/contacts', { name: 'Zoë Krüger' })
  expect(status).toBe(303)
  await submit(`${location}/messages`, { text: 'Do you have\r\nblue ones?' })
  await expect.poll(() => receiver.items().map((item) => item.message.text)).toEqual(['Do you have\nblue ones?'])
  const contactRef = location.split('/').at(-1) ?? ''
  await send(contactRef, { text: 'Yes, four of them.' })
  await expect.poll(() => receiver.received).toHaveLength(2)
  const { html } = await open(location)
  expect(html.match(/Yes, four of them\./g)).toHaveLength(2) // once in the thread, once as the list's last line
  expect(html.match(/<p class="bubble"[^>]*>Yes, four/g)).toHaveLength(1)
})

it('shows what people write as text, never as markup', async () => {
  const { open, control } = await aBrowser()
  const { contactRef } = control.phone.meet('<img src=x onerror=alert(1)>')
  control.phone.write(contactRef, { text: '</p><script>alert(1)</script>' })
  const { html } = await open(`/contacts/${contactRef}`)
  expect(html).not.toContain('<script>alert')
  expect(html).not.toContain('<img src=x')
})

it('keeps what was typed when it cannot be sent', async () => {
  const { submit, aContact, receiver } = await aBrowser()
  const { contactRef } = aContact()
  await expect.poll(() => receiver.received).toHaveLength(1)
  const long = 'a'.repeat(1001)
  const { status, html } = await submit(`/contacts/${contactRef}/messages`, { text: long })
  expect(status).toBe(422)
  expect(html).toContain(long)
  expect(html).toContain('at most 1,000 characters')
  expect((await submit(`/contacts/${contactRef}/messages`, { text: '  ' })).status).toBe(422)
  expect((await submit('/contacts', { name: '' })).status).toBe(422)
  expect(receiver.received).toHaveLength(1)
})

it('unsends a message and gives a heart', async () => {
  const { open, submit, aContact, send, receiver } = await aBrowser()
  const { contactRef, mid } = aContact('A secret')
  const { body } = await send(contactRef)
  expect((await submit(`/messages/${mid}/unsending`, {})).location).toBe(`/contacts/${contactRef}`)
  await submit(`/messages/${body.message_id}/reaction`, { emoji: '❤️' })
  const { html } = await open(`/contacts/${contactRef}`)
  expect(html).not.toContain('A secret')
  expect(html).toContain('You unsent a message')
  expect(html).toContain('Take the heart back')
  await expect.poll(() => receiver.items().filter((item) => item.reaction || item.message?.is_deleted)).toHaveLength(2)
})

it('lets nobody unsend the other side’s message', async () => {
  const { open, submit, aContact, send } = await aBrowser()
  const { contactRef, mid } = aContact()
  const { body } = await send(contactRef, { text: 'The shop said this' })
  await submit(`/messages/${body.message_id}/unsending`, {})
  await submit(`/messages/${mid}/reaction`, { emoji: '❤️' })
  const { html } = await open(`/contacts/${contactRef}`)
  expect(html).toContain('The shop said this')
  expect(html).not.toContain('Take the heart back')
})

it('takes no form from another site', async () => {
  const { submit, aContact, receiver } = await aBrowser()
  const { contactRef } = aContact()
  await expect.poll(() => receiver.received).toHaveLength(1)
  const path = `/contacts/${contactRef}/messages`
  expect((await submit(path, { text: 'x' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect(receiver.received).toHaveLength(1)
})

it('leads back to the list from a person who is not there', async () => {
  const { open, submit } = await aBrowser()
  expect((await open('/contacts/1234')).html).toContain('Choose somebody')
  expect((await submit('/contacts/1234/messages', { text: 'x' })).location).toBe('/')
})
