import fc from 'fast-check'
import { expect, it } from 'vitest'
import { access } from '#src/access.ts'
import { aQueuedPost } from '#tests/support/posts.ts'
import { aRequest, CANARY } from '#tests/support/random-requests.ts'
import { aThread } from '#tests/support/threads.ts'
import { APP_SECRET, aWeb } from '#tests/support/web.ts'

const { app, db, signIn, lines } = await aWeb()
/** Of each route that changes something, and half as many of each other; before a release `BODIES=1000`. */
const EACH = Number(process.env['BODIES'] ?? 2)
/** One session may ask this often in a minute; nobody does so much in it. */
const SESSION = 1000
/** What a driver, a parser or a stack would say, in whatever door's words. */
const INSIDE =
  /ER_[A-Z]+_|SQLSTATE|ECONN|node_modules|\bat [\w.<>]+ \(|file:\/\/|Drizzle|Zod|(?:Type|Syntax|Range|URI)Error/

const threads = [await aThread(db), await aThread(db), await aThread(db)]
const posts = [await aQueuedPost(db), await aQueuedPost(db)]
const world = {
  secret: APP_SECRET,
  there: {
    conversations: threads.map(({ conversation }) => conversation.id),
    accounts: threads.map(({ account }) => account.id),
    drafts: threads.flatMap(({ draft }) => (draft ? [draft.id] : [])),
    posts: posts.map(({ id }) => id),
    outbox: posts.map(({ id }) => id),
    messages: threads.map(({ message }) => message.id),
    hashes: threads.flatMap(({ draft }) => (draft ? [draft.textHash] : [])),
  },
}

// A stream of events does not end, after signing out the next one would be a stranger's, and the setup check is there to tell
// how a connection failed.
const routes = Object.keys(access).filter((route) => !/ \/(events|sign-out|setup-check)$/.test(route))
const statuses: number[] = []
const isChange = (route: string) => !route.startsWith('GET ')

async function ask(route: string, headers: Record<string, string>, { path, init }: ReturnType<typeof sample>[number]) {
  const answer = await app.request(path, { ...init, headers: { ...init.headers, ...headers } })
  const said = `${answer.status} ${await answer.text()}`
  statuses.push(answer.status)
  if (answer.status === 500 || INSIDE.test(said)) {
    throw new Error(`${route}: ${said.slice(0, 300)}\n${path}\n${JSON.stringify(init)}\n${lines.at(-1)}`)
  }
}

function sample(route: string) {
  const count = isChange(route) ? EACH : Math.ceil(EACH / 2)
  return fc.sample(aRequest(route, world), { numRuns: count, seed: 11 })
}

it('no route breaks down over a request, or tells anything of the inside, and nothing of a body is in the log', async () => {
  let session = await signIn('admin')
  let asked = 0
  const broken: string[] = []
  for (const route of routes) {
    for (const request of sample(route)) {
      if (++asked % SESSION === 0) session = await signIn('admin')
      await ask(route, session.headers, request).catch((error: Error) => broken.push(error.message))
    }
  }
  expect(broken).toEqual([])
  // Were most of them turned away at the door, this would look at nothing behind it.
  expect(statuses.filter((status) => status < 400).length).toBeGreaterThan(asked / 5)
  expect(statuses.filter((status) => status === 401 || status === 429).length).toBeLessThan(asked / 5)
  expect(lines.join()).not.toContain(CANARY)
}, 1_800_000)
