import { onTestFinished } from 'vitest'
import { createSandbox, type SandboxOptions } from '#src/sandbox/sandbox.ts'
import { aReceiver } from './receiver.ts'

export const APP_SECRET = 'test_app_secret_0123'

type Options = Partial<SandboxOptions> & {
  status?: number[]
  /** With it a Page is played too. */
  pageSecret?: string
}

/** A sandbox over real HTTP, with a receiver to deliver to and a clock that can be set. */
export async function aSandbox({ status, pageSecret, ...options }: Options = {}) {
  const receiver = await aReceiver(status ? { status } : {})
  const sandbox = createSandbox({
    seed: '7',
    webhookUrl: receiver.webhookUrl,
    appSecret: APP_SECRET,
    page:
      pageSecret === undefined
        ? undefined
        : { webhookUrl: receiver.webhookUrl.replace('/instagram', '/messenger'), appSecret: pageSecret },
    anthropicApiKey: 'sk-ant-sandbox-test',
    retryDelaysMs: [0, 10, 20],
    ...options,
  })
  onTestFinished(() => sandbox.close())
  const url = await sandbox.listen()
  const { control } = sandbox
  const { accountRef, token } = control.account()

  /** Calls the Graph API as the product would. */
  async function call(
    path: string,
    { method = 'GET', json, as = token }: { method?: string; json?: unknown; as?: string } = {},
  ) {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: a test looks wherever it likes in an answer.
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any }
  }

  const send = (recipientRef: string, message: unknown = { text: 'Yes, we do.' }) =>
    call('/v26.0/me/messages', { method: 'POST', json: { recipient: { id: recipientRef }, message } })

  /** Orders something of the sandbox itself, over HTTP. */
  async function ask(method: string, path: string, json?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(`${url}/sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    })
    const text = await answer.text()
    // biome-ignore lint/suspicious/noExplicitAny: a test looks wherever it likes in an answer.
    return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as any }
  }

  /** Somebody who has just written. */
  function aContact(text = 'Do you ship to Graz?') {
    const { contactRef } = control.phone.meet('Anna Berger')
    const { mid } = control.phone.write(contactRef, { text })
    return { contactRef, mid }
  }

  return { sandbox, control, url, receiver, accountRef, token, call, send, ask, aContact }
}
