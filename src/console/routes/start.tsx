import type { Hono } from 'hono'
import { type Env, type Room, readsOf, sessionOf, type Visit } from '../env.ts'
import { localPath, readForm, StartForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { StartPage } from '../pages/start.tsx'
import type { StartFacts } from '../parts/start-steps.tsx'
import type { Reads } from '../reads.ts'
import { keepTour, tourOf } from '../start.ts'
import type { ListItem } from '../views.ts'
import { page } from './respond.ts'

const SAMPLES = 3
const ALERTS = 50
/** The alert that Claude does not take what the drafting process brings. */
const CLAUDE_ALERTS = ['claude_rejected_key', 'claude_spend_limit', 'budget_spent']

/** The first steps of an installation: what is done is read from what is there, so they go on after a reload or a restart. */
export function addStart(app: Hono<Env>, room: Room): void {
  app.get('/start', async (c) => {
    const frame = await frameOf(c, room, 'start')
    const tour = tourOf(c)
    // From now on the other pages say how to come back.
    keepTour(c, room, tour)
    return page(c, <StartPage frame={frame} facts={await factsOf(c, frame.now)} skipped={tour.skipped} />)
  })

  app.post('/start', async (c) => {
    const { skip, again, end, back } = await readForm(c, StartForm)
    const { isOn, skipped } = tourOf(c)
    const left = new Set(skipped)
    if (skip) left.add(skip)
    if (again) left.delete(again)
    keepTour(c, room, { isOn: isOn && !end, skipped: left })
    return c.redirect(localPath(back, '/start'), 303)
  })
}

async function factsOf(c: Visit, at: Date): Promise<StartFacts> {
  const reads = readsOf(c)
  const [accounts, { items }, alerts, hasApproved] = await Promise.all([
    reads.accounts(at),
    reads.queue({ choice: {}, at }, SAMPLES),
    reads.alerts(ALERTS),
    anythingApproved(reads),
  ])
  const trouble = alerts.find(({ kind, resolvedAt }) => CLAUDE_ALERTS.includes(kind) && !resolvedAt)
  return {
    hasFactor: sessionOf(c).hasFactor,
    accounts,
    samples: items,
    claude: await latestDraft(reads, items, at),
    claudeTrouble: trouble?.text,
    hasApproved,
  }
}

/** Evidence that Claude answered: a draft that waits, else money that was spent. */
async function latestDraft(reads: Reads, items: ListItem[], at: Date): Promise<StartFacts['claude']> {
  const drafted = items.find(({ draftText }) => draftText !== null)
  const draft = drafted && (await reads.conversation(drafted.id, at))?.draft
  return draft?.author === 'claude' ? { model: draft.model, at: draft.createdAt } : undefined
}

async function anythingApproved(reads: Reads): Promise<boolean> {
  const groups = await Promise.all(
    (['sent', 'moving', 'uncertain'] as const).map((group) => reads.posts(group, undefined, 1)),
  )
  return groups.some(({ items }) => items.length > 0)
}
