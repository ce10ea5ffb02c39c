import { describe, expect, it } from 'vitest'
import { type Doubt, firstLookAt, judgeThread, type ShownMessage, type ShownThread } from './reconcile.ts'

const calledAt = Date.parse('2026-11-22T12:00:00Z')
const plus = (seconds: number) => new Date(calledAt + seconds * 1000)
const nobody = () => false

const aDoubt = (changed: Partial<Doubt> = {}): Doubt => ({
  text: 'Thanks!',
  calls: { first: plus(0), count: 1 },
  since: plus(1),
  code: 'http/500',
  ...changed,
})

let serial = 0
const aMessage = (changed: Partial<ShownMessage> = {}): ShownMessage => ({
  messageRef: `mid.${++serial}`,
  text: 'Thanks!',
  sentAt: plus(1),
  fromUs: true,
  ...changed,
})

const aThread = (...messages: ShownMessage[]): ShownThread => ({ messages, complete: true })
const question = aMessage({ fromUs: false, sentAt: plus(-600), text: 'Do you ship?' })

describe('what a thread says about an uncertain post', () => {
  const theirs = aMessage({ fromUs: false })
  const other = aMessage({ text: 'We are closed today.' })
  const rows: [string, Partial<Doubt>, ShownThread | undefined, number, string][] = [
    ['one unclaimed message with equal words: arrived', {}, aThread(aMessage(), question), 30, 'arrived'],
    [
      'the same words but for spaces and line ends',
      { text: 'a\nb' },
      aThread(aMessage({ text: ' a\r\nb ' })),
      30,
      'arrived',
    ],
    ['beside something else from the phone', {}, aThread(other, aMessage()), 30, 'arrived'],
    ['shown by a clock ten seconds behind', {}, aThread(aMessage({ sentAt: plus(-10) })), 30, 'arrived'],
    ['shown after a second call', { calls: { first: plus(-90), count: 2 } }, aThread(aMessage()), 30, 'arrived'],
    ['shown although its sender went missing', { code: 'lease_lost' }, aThread(aMessage()), 30, 'arrived'],
    ['shown in a thread that is cut off', {}, { messages: [aMessage()], complete: false }, 30, 'arrived'],
    ['said long before the call', {}, aThread(aMessage({ sentAt: plus(-60) })), 30, 'lost'],
    ['said by the contact', {}, aThread(theirs, question), 30, 'lost'],
    ['nothing, the whole thread read', {}, aThread(question), 30, 'lost'],
    ['nothing, and older messages shown', {}, { messages: [question], complete: false }, 30, 'lost'],
    ['nothing after a reset connection', { code: 'ECONNRESET' }, aThread(), 30, 'lost'],
    ['nothing after code 1', { code: '1/1357046' }, aThread(), 30, 'lost'],
    ['nothing after a timeout, while it may still travel', { code: 'TimeoutError' }, aThread(), 30, 'wait'],
    ['nothing after an unknown error, while it may still travel', { code: null }, aThread(), 120, 'wait'],
    ['nothing after a timeout, later', { code: 'TimeoutError' }, aThread(), 122, 'lost'],
    ['nothing, but only newer messages are shown', {}, { messages: [theirs], complete: false }, 30, 'undecided'],
    ['nothing, for no thread is shown', {}, undefined, 30, 'undecided'],
    ['nothing, after a second call', { calls: { first: plus(-90), count: 2 } }, aThread(question), 30, 'undecided'],
    ['nothing, but its sender may be frozen', { code: 'lease_lost' }, aThread(question), 9000, 'undecided'],
    ['other words of ours', {}, aThread(other), 30, 'undecided'],
    ['the same words twice', {}, aThread(aMessage(), aMessage()), 30, 'undecided'],
  ]
  it.each(rows)('%s', (...[, doubt, thread, at, kind]) => {
    expect(judgeThread(aDoubt(doubt), thread, nobody, plus(at)).kind).toBe(kind)
  })

  it('a message that belongs to another post is no evidence', () => {
    const [mine, taken] = [aMessage(), aMessage()]
    const isClaimed = (ref: string) => ref === taken.messageRef
    expect(judgeThread(aDoubt(), aThread(taken), isClaimed, plus(30))).toEqual({ kind: 'lost' })
    expect(judgeThread(aDoubt(), aThread(taken, mine), isClaimed, plus(30))).toEqual({
      kind: 'arrived',
      message: mine,
    })
  })

  it('a person gets what the thread shows', () => {
    const found = judgeThread(aDoubt(), aThread(other, question), nobody, plus(30))
    expect(found).toMatchObject({ kind: 'undecided', shown: [other] })
  })

  it('nothing is looked at before the platform had time to show it', () => {
    expect(firstLookAt(aDoubt())).toEqual(plus(21))
  })
})
