import type { Context } from 'hono'
import { z } from 'zod'
import { type Platform, platforms } from '#src/domain/platform.ts'
import type { Core } from './core.ts'
import type { Account } from './entries.ts'
import { expiryOf, issueToken } from './graph/tokens.ts'
import { tokenText } from './lookup.ts'
import { createPermitOrders, type PermitOrders } from './permit-orders.ts'
import type { Phone } from './phone.ts'
import { Weather } from './weather/weather.ts'
import { platformOf } from './world.ts'

/** More would not be a shop any more but a platform. */
const ACCOUNTS_AT_ONCE_MAX = 10_000

export const Opened = z.strictObject({
  count: z.int().min(1).max(ACCOUNTS_AT_ONCE_MAX),
  platform: z.enum(platforms).default('instagram'),
})
export const Person = z.strictObject({ accountRef: z.string().optional(), name: z.string().trim().min(1).max(200) })
export const Line = z.strictObject({
  contactRef: z.string(),
  text: z.string().min(1).max(10_000),
  /** Unix ms. */
  at: z.int().min(0).optional(),
})
export const Lines = z.strictObject({ items: z.array(Line).min(1).max(100_000) })
export type Line = z.infer<typeof Line>

export interface AccountView {
  accountRef: string
  /** The newest, dead or alive. */
  token: string
  name: string
  username: string
  /** Null when it has no end. */
  expiresInSeconds: number | null
  platform: Platform
}

/** Sets the scene: accounts, the people who write to them, their tokens and the weather. */
export interface Stage extends PermitOrders {
  view(account: Account): AccountView
  accounts(): AccountView[]
  open(opened: z.infer<typeof Opened>): AccountView[]
  meet(person: z.infer<typeof Person>): { contactRef: string }
  /** Kept at once, delivered when the weather lets it. */
  write(line: Line): { mid: string }
  writeAll(lines: z.infer<typeof Lines>): { mids: string[] }
  changeWeather(weather: z.input<typeof Weather>): void
}

const WORDS = ['Alder', 'Bramble', 'Cedar', 'Dune', 'Elm', 'Fern', 'Gorse', 'Heath', 'Iris', 'Juniper'] as const
const TRADES = ['Books', 'Bakery', 'Bikes', 'Flowers', 'Prints', 'Tea', 'Toys'] as const

export function createStage(core: Core, phone: Phone): Stage {
  const { world, record } = core
  const view = (account: Account) => viewOf(core, account)

  function find(accountRef: string): Account {
    return world.accounts.get(accountRef) ?? refuse(['accountRef'], 'No account of this sandbox')
  }

  function write({ contactRef, text, at }: Line): string {
    const { mid, delivered } = phone.write(contactRef, { text, ...(at !== undefined && { at }) })
    void delivered
    return mid
  }

  return {
    view,
    accounts: () => [...world.accounts.values()].map(view),
    open({ count, platform }) {
      if (platform === 'messenger' && !core.page) refuse(['platform'], 'This sandbox plays no Page')
      return Array.from({ length: count }, () => view(openAccount(core, platform)))
    },
    meet({ accountRef = core.account.accountRef, name }) {
      const { contactRef } = phone.meet(name, { accountRef: find(accountRef).accountRef })
      return { contactRef }
    },
    write(line) {
      if (!world.contacts.has(line.contactRef)) refuse(['contactRef'], 'Nobody in this sandbox')
      return { mid: write(line) }
    },
    writeAll({ items }) {
      const stranger = items.findIndex(({ contactRef }) => !world.contacts.has(contactRef))
      if (stranger >= 0) refuse(['items', stranger, 'contactRef'], 'Nobody in this sandbox')
      return { mids: items.map(write) }
    },
    ...createPermitOrders(core, { find, view }),
    changeWeather: (weather) => record({ type: 'weather', weather: Weather.parse(weather) }),
  }
}

function viewOf(core: Core, { accountRef, name, username }: Account): AccountView {
  const token = core.world.tokens.get(accountRef)?.at(-1)
  if (!token) throw new Error('A sandbox account has no token')
  const { world, refs } = core
  const seconds = Math.floor((expiryOf(token, world) - core.clock()) / 1000)
  const expiresInSeconds = Number.isFinite(seconds) ? seconds : null
  const platform = platformOf(world, accountRef)
  return { accountRef, platform, token: tokenText(world, refs, token), name, username, expiresInSeconds }
}

function openAccount(core: Core, platform: Platform): Account {
  const serial = core.world.accounts.size + 1
  const [word, trade] = [WORDS[serial % WORDS.length], TRADES[serial % TRADES.length]]
  const name = `${word} ${trade} ${serial}`
  const named = { name, username: name.toLowerCase().replaceAll(' ', '.') }
  const account: Account =
    platform === 'messenger'
      ? { ...core.refs.page(serial), ...named, platform }
      : { ...core.refs.account(serial), ...named }
  core.record({ type: 'account', ...account })
  issueToken(core, account.accountRef)
  return account
}

/** Says which field is wrong, as the schemas do. */
function refuse(path: (string | number)[], message: string): never {
  throw new z.ZodRealError([{ code: 'custom', path, message, input: undefined }])
}

export function refuseWith(error: Error, c: Context): Response {
  if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 422)
  if (error instanceof SyntaxError) return c.json({ error: 'The body is not JSON' }, 400)
  return c.json({ error: 'The sandbox failed' }, 500)
}
