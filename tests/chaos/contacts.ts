/* People who write to the shop: in bursts, with second thoughts, and again before they were answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createDice, type Dice } from './dice.ts'
import type { Account } from './people.ts'
import type { Site } from './site.ts'

const questions: [string, ...string[]] = [
  'Hi! Do you ship to Graz, and how long does it take?',
  'Was kostet der Versand nach Wien?',
  'Is the large bowl still in stock?',
  '¿Hacéis envíos a España?',
  'Can I return a cup that I bought last week?',
  'When are you open on Saturday?',
  'Thank you so much!',
  'Do you make plates in blue, too? 😀',
  'My parcel arrived broken, I want my money back.',
  'Grüß Gott, kann ich bei euch töpfern lernen?',
]
const afterthoughts: [string, ...string[]] = [
  'I mean the blue one',
  'sorry, two of them',
  'and by when?',
  '🙏',
  'hello?',
]

const BETWEEN_MS = [5000, 15_000] as const
const IN_A_BURST_MS = [60, 400] as const
const SECOND_THOUGHT_MS = [900, 2500] as const

export interface Contact {
  /** What people see. */
  name: string
  /** The platform's own. */
  contactRef: string
  accountRef: string
}

/** Some of what they ask is asked in public. */
const IN_PUBLIC = 0.15

export async function meetCrowd({ platform }: Site, accounts: Account[], count: number): Promise<Contact[]> {
  const names = Array.from(
    { length: count },
    (_, i) => `${['Anna', 'Ben', 'Clara', 'Deniz', 'Eva', 'Farid'][i % 6]} ${i + 1}`,
  )
  const met: Contact[] = []
  for (const [i, name] of names.entries()) {
    const account = accounts[i % accounts.length]
    if (!account) continue
    const { accountRef } = account
    met.push({ name, accountRef, contactRef: await platform.meet(accountRef, name) })
  }
  return met
}

/** Ends once nobody has anything more to say. What is not taken from somebody's phone is not said again. */
export async function letWrite(
  { platform }: Site,
  contacts: Contact[],
  { seed, until }: { seed: number; until: number },
): Promise<void> {
  const lives = contacts.map(({ name, accountRef, contactRef }) =>
    live(createDice(seed, name), until, (text, inPublic) =>
      (inPublic ? platform.comment(accountRef, contactRef, text) : platform.write(contactRef, text)).catch(
        () => undefined,
      ),
    ),
  )
  await Promise.all(lives)
}

type Write = (text: string, inPublic?: boolean) => Promise<unknown>

async function live(dice: Dice, until: number, write: Write): Promise<void> {
  const waitUnlessOver = async (ms: number) => {
    await sleep(Math.max(0, Math.min(ms, until - Date.now())))
    return Date.now() < until
  }
  let said = 0
  let pauseMs = dice.between(0, BETWEEN_MS[1])
  while (await waitUnlessOver(pauseMs)) {
    await write(`${dice.pick(questions)} (${++said})`, dice.chance(IN_PUBLIC))
    for (let more = dice.pick([0, 0, 1, 2]); more > 0; more--) {
      if (!(await waitUnlessOver(dice.between(...IN_A_BURST_MS)))) return
      await write(`${dice.pick(afterthoughts)} (${++said})`)
    }
    if (dice.chance(0.25) && (await waitUnlessOver(dice.between(...SECOND_THOUGHT_MS))))
      await write(`${dice.pick(afterthoughts)} (${++said})`)
    pauseMs = dice.between(...BETWEEN_MS)
  }
}
