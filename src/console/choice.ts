import type { QueueChoice } from '#src/domain/desk.ts'
import { type ConversationId, isId, type OperatorId } from '#src/domain/ids.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'

/** A choice as it stands in an address: `me` is whoever looks. */
export interface Choice {
  account?: QueueChoice['accountId']
  platform?: Platform
  risk?: QueueChoice['risk']
  language?: string
  assignee?: 'me' | 'nobody' | OperatorId
  q?: string
}

const SEARCH_MAX = 100
const risks = ['flagged', 'calm', 'person'] as const

/** What an address chooses; anything that is no choice of ours is left out. */
export function readChoice(params: URLSearchParams): Choice {
  const [account, platform, risk, language, assignee] = fields.map((name) => params.get(name) ?? '')
  const q = params.get('q')?.trim().slice(0, SEARCH_MAX)
  return {
    ...(isId('account', account) && { account }),
    ...(isOneOf(platforms, platform) && { platform }),
    ...(isOneOf(risks, risk) && { risk }),
    ...(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language ?? '') && { language: language as string }),
    ...((assignee === 'me' || assignee === 'nobody' || isId('operator', assignee)) && { assignee }),
    ...(q && { q }),
  }
}

const fields = ['account', 'platform', 'risk', 'language', 'assignee'] as const

function isOneOf<T extends string>(words: readonly T[], word: string | undefined): word is T {
  return words.some((one) => one === word)
}

/** The same without its search: what may be kept. */
export function writeChoice(choice: Choice): string {
  return fields.flatMap((name) => (choice[name] ? [`${name}=${encodeURIComponent(choice[name])}`] : [])).join('&')
}

/** The queue as it was chosen, with one conversation open or from some place on. */
export function queueHref(choice: Choice, { c, after }: { c?: ConversationId; after?: string } = {}): string {
  const parts = [
    writeChoice(choice),
    choice.q && `q=${encodeURIComponent(choice.q)}`,
    c && `c=${c}`,
    after && `after=${after}`,
  ].filter((part) => part)
  return parts.length > 0 ? `/queue?${parts.join('&')}` : '/queue'
}

/** What the address of a form's way back chose. */
export function choiceOf(path: string): Choice {
  return readChoice(new URL(path, 'http://console').searchParams)
}

export function isChosen(choice: Choice): boolean {
  return Object.keys(choice).length > 0
}

/** The choice as the database is asked. */
export function asked({ account, assignee, q, ...choice }: Choice, me: OperatorId): QueueChoice {
  const assigneeId = assignee === 'me' ? me : assignee === 'nobody' ? null : assignee
  return { ...choice, accountId: account, search: q, assigneeId }
}
