/*
 * People at the console, over HTTP, in turns at either web process: they approve, edit, reject, answer by hand, take back, say the
 * same thing twice when they mean it, and settle what asks a person by looking into the app. They know what pages show.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, type Form, openBrowser, type Page, type Visitor } from './browser.ts'
import { createDice, type Dice } from './dice.ts'
import { readOutbox, type ShownPost } from './outbox-page.ts'
import type { Person } from './people.ts'
import type { Site } from './site.ts'

/** What an operator wanted, and what the console made of it. Without an answer nobody knows. */
export interface Deed {
  kind: 'approve' | 'answer' | 'reject' | 'undo' | 'settle'
  operatorId: string
  conversationId: string
  text: string
  postId?: string
  arrived?: boolean
  answer: 'yes' | 'no' | 'unknown'
  at: number
}

export interface Team {
  deeds: Deed[]
  /** From now on only what is uncertain is settled. */
  finishUp(): void
  stop(): Promise<void>
}

interface Office {
  site: Site
  browser: Browser
  password: string
  contactRefs: Map<string, string>
  deeds: Deed[]
  seed: number
}

const PAUSE_MS = [80, 500] as const

export async function seatOperators(
  site: Site,
  people: Person[],
  given: Pick<Office, 'password' | 'contactRefs' | 'seed'>,
): Promise<Team> {
  const office: Office = { site, deeds: [], browser: await openBrowser(site.settings.root), ...given }
  let mode: 'all' | 'settle' | 'stop' = 'all'
  const operators = people.map((person, i) => createOperator(office, person, createDice(given.seed, `operator ${i}`)))
  await Promise.all(operators.map((operator) => operator.signIn()))
  const shifts = operators.map(async (operator) => {
    while (mode !== 'stop') {
      // A page that does not come is tried again, as people do.
      await operator.turn(mode === 'settle').catch(() => sleep(300))
      await sleep(operator.pauseMs())
    }
  })
  return {
    deeds: office.deeds,
    finishUp() {
      mode = 'settle'
    },
    async stop() {
      mode = 'stop'
      await Promise.all(shifts)
    },
  }
}

function createOperator(office: Office, person: Person, dice: Dice) {
  const { site, browser, deeds } = office
  const visitor = browser.createVisitor(site.doorUrl)
  let isIn = false

  async function signIn(): Promise<void> {
    if (isIn) return
    const form = browser.findForm((await visitor.visit('/sign-in')).html, /^\/sign-in$/)
    const page = form && (await visitor.submit(form, { email: person.email, password: office.password }))
    isIn = page === undefined || (page.status === 200 && page.path !== '/sign-in')
  }

  /** Writes the wish down before it is sent, so that what gets no answer is known to have been wanted. */
  async function act(deed: Omit<Deed, 'answer' | 'at' | 'operatorId'>, work: () => Promise<Page>): Promise<Deed> {
    const done: Deed = { ...deed, operatorId: person.id, answer: 'unknown', at: Date.now() }
    deeds.push(done)
    const { status } = await work()
    if (status === 200) done.answer = 'yes'
    else if (status < 500) done.answer = 'no'
    return done
  }

  const submit = (form: Form, deed: Parameters<typeof act>[0], changes: Record<string, string>) =>
    act(deed, () => visitor.submit(form, changes))

  async function review(): Promise<void> {
    const { html } = await visitor.visit('/queue')
    const [first, ...others] = [...html.matchAll(/href="\/queue\?c=(cnv_\w+)/g)].map((match) => match[1] ?? '')
    if (!first) return
    const conversationId = dice.pick([first, ...others])
    const page = await visitor.visit(`/queue?c=${conversationId}`)
    const draft = browser.findForm(page.html, /^\/drafts\/[^/]+\/decision$/)
    // Whoever reads a moment decides on what may have changed meanwhile.
    await sleep(dice.between(0, 300))
    if (draft) return decide(draft, conversationId)
    await answer(page, { conversationId, text: `Hello! I am looking into it. [${dice.between(1, 1e6)}]` })
  }

  async function decide(form: Form, conversationId: string): Promise<void> {
    const shown = form.fields['text'] ?? ''
    const wish = dice.roll()
    if (wish < 0.06) {
      const changes = { verdict: 'reject', reason: 'Wrong tone' }
      await submit(form, { kind: 'reject', conversationId, text: shown }, changes)
      return
    }
    // In public, words of their own tell one reply from the others.
    const isOwn = wish < 0.6 || 'way' in form.fields
    const text = isOwn ? `${clean(shown)} [${dice.between(1, 1e6)}]` : clean(shown)
    await submit(form, { kind: 'approve', conversationId, text }, { verdict: 'approve', text, ...inPublic(form) })
    if (dice.chance(0.2)) await sayTwice(conversationId)
  }

  /** Twice the same words, both meant. */
  async function sayTwice(conversationId: string): Promise<void> {
    const text = `Thanks, see you soon! [${dice.between(1, 1e6)}]`
    for (let i = 0; i < 2; i++)
      await answer(await visitor.visit(`/conversations/${conversationId}`), { conversationId, text })
  }

  async function answer(page: Page, wish: { conversationId: string; text: string }): Promise<void> {
    const form = browser.findForm(page.html, /^\/conversations\/[^/]+\/replies$/)
    if (form) await submit(form, { kind: 'answer', ...wish }, { text: wish.text, ...inPublic(form) })
  }

  async function takeBack(): Promise<void> {
    const queued = readOutbox((await visitor.visit('/outbox')).html).filter(({ status }) => status === 'queued')
    const post = queued[dice.between(0, queued.length - 1)]
    if (!post) return
    const form = { action: `/posts/${post.id}/cancellation`, fields: { back: '/outbox' } }
    await submit(form, { kind: 'undo', postId: post.id, ...pick(post) }, {})
  }

  async function settle(): Promise<void> {
    const { html } = await visitor.visit('/outbox')
    const asking = readOutbox(html).filter(({ status, hasBeenLookedFor }) => status === 'uncertain' && hasBeenLookedFor)
    const post = asking[dice.between(0, asking.length - 1)]
    if (!post) return
    const arrived = await looksArrived(office, visitor, post)
    const form = {
      action: `/posts/${post.id}/settlement`,
      fields: { arrived: arrived ? 'yes' : 'no', back: '/outbox' },
    }
    await submit(form, { kind: 'settle', postId: post.id, arrived, ...pick(post) }, {})
  }

  return {
    pauseMs: () => dice.between(...PAUSE_MS),
    signIn,
    async turn(onlySettle: boolean) {
      await signIn()
      const wish = dice.roll()
      if (onlySettle || wish < 0.06) return settle()
      return wish < 0.12 ? takeBack() : review()
    },
  }
}

/** A comment is answered under it. */
function inPublic({ fields }: Form): Record<string, string> {
  return 'way' in fields ? { way: 'public' } : {}
}

function pick({ conversationId, text }: ShownPost) {
  return { conversationId, text }
}

/** Looks into the app: more of these words in the thread than the console counts as sent means that this one arrived. */
async function looksArrived({ site, contactRefs }: Office, visitor: Visitor, post: ShownPost): Promise<boolean> {
  const contactRef = contactRefs.get(post.contactName)
  const { messages } = await site.platform.record()
  const inTheApp = messages.filter(
    ({ from, text, contactRef: to, isComment = false }) =>
      from === 'account' &&
      clean(text) === clean(post.text) &&
      isComment === post.isPublic &&
      (post.isPublic || !contactRef || to === contactRef),
  )
  const sent = readOutbox((await visitor.visit('/outbox?show=sent')).html).filter(
    ({ status, conversationId, text }) =>
      status === 'sent' && conversationId === post.conversationId && clean(text) === clean(post.text),
  )
  return inTheApp.length > sent.length
}

/** As a text field and the product treat what is typed. */
function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim().normalize('NFC')
}
