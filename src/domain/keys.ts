import { AppError } from './errors.ts'

/** What single keys do in the console, in the order they are told of; `go` ones are the letter after the one for going. */
export const keyActions = {
  next: ['j', 'Next in the list'],
  previous: ['k', 'Previous in the list'],
  approve: ['a', 'Approve and send what the editor shows'],
  edit: ['e', 'Edit the reply'],
  reject: ['r', 'Reject with a reason'],
  redraft: ['d', 'Ask Claude for a new draft'],
  template: ['t', 'Put a template in'],
  note: ['n', 'Write a note to colleagues'],
  snooze: ['s', 'Snooze: put it aside'],
  assign: ['w', 'Who looks after it: assign'],
  undo: ['z', 'Undo: take the last reply back while it is held'],
  search: ['/', 'Search'],
  help: ['?', 'Show these keys'],
  go: ['g', 'Go: the next letter says where to'],
  'go-queue': ['q', 'To the queue'],
  'go-conversations': ['c', 'To the conversations'],
  'go-outbox': ['o', 'To the outbox'],
  'go-accounts': ['a', 'To the accounts'],
  'go-alerts': ['l', 'To the alerts'],
  'go-status': ['h', 'To the installation’s health'],
} as const satisfies Record<string, readonly [key: string, words: string]>

export type KeyAction = keyof typeof keyActions
export type Keys = Record<KeyAction, string>

/** What one operator chose; an action that is left out keeps its usual key, and one with an empty key has none. */
export interface KeyChoice {
  on: boolean
  own: Partial<Keys>
}

export const keyNames = Object.keys(keyActions) as KeyAction[]
const usual = Object.fromEntries(keyNames.map((name) => [name, keyActions[name][0]])) as Keys

/** Which keys hold for an operator. A stored choice that makes no sense any more counts for nothing. */
export function keysOf(choice: KeyChoice | null): Keys {
  const keys = { ...usual, ...choice?.own }
  return twinIn(keys) ? usual : keys
}

export function isGoing(name: KeyAction): boolean {
  return name.startsWith('go-')
}

/** What an operator typed, as their choice. Throws `invalid_input` naming the two actions of one key, or what is no key. */
export function chooseKeys(typed: Partial<Keys>, on: boolean): KeyChoice {
  const own: Partial<Keys> = {}
  for (const name of keyNames) {
    const key = cleanKey(typed[name] ?? usual[name], name)
    if (key !== usual[name]) own[name] = key
  }
  const twin = twinIn({ ...usual, ...own })
  if (twin) {
    const [first, second] = twin.map((name) => `“${keyActions[name][1]}”`)
    const key = (own[twin[1]] ?? usual[twin[1]]).toUpperCase()
    throw new AppError('invalid_input', `${key} is taken twice: ${first} and ${second}`, { field: twin[1] })
  }
  return { on, own }
}

function cleanKey(typed: string, name: KeyAction): string {
  const key = typed.trim().normalize('NFC').toLowerCase()
  if (key === '' || /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(key)) return key
  throw new AppError('invalid_input', `“${keyActions[name][1]}” takes one key, or none`, { field: name })
}

/** Two actions that one key would do. */
function twinIn(keys: Keys): [KeyAction, KeyAction] | undefined {
  for (const [at, name] of keyNames.entries()) {
    const other = keyNames.slice(0, at).find((one) => keys[one] === keys[name] && isGoing(one) === isGoing(name))
    if (other && keys[name] !== '') return [other, name]
  }
  return undefined
}
