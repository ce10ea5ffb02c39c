import { malformedLinkIn } from './links.ts'
import { fitsPlatform, measure, platformRules } from './platform.ts'
import type { Finding, PolicyCase } from './policy-case.ts'

/** Spaces, and everything that shows as nothing. */
const UNSEEN = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]*$/u

export function judgeEmpty({ text }: PolicyCase): Finding | undefined {
  return UNSEEN.test(text) ? { deny: 'The reply is empty' } : undefined
}

export function judgeLength({ text, platform }: PolicyCase): Finding | undefined {
  if (fitsPlatform(text, platform)) return undefined
  const { name, textLimit } = platformRules[platform]
  const { max, unit } = textLimit
  return { deny: `The reply has ${measure(text, platform)} ${unit}; ${name} takes at most ${max}` }
}

export function judgeLinks({ text }: PolicyCase): Finding | undefined {
  const place = malformedLinkIn(text)
  return place === 0 ? undefined : { deny: `Link ${place} of the reply is not a well-formed web address` }
}

/** A machine's words say so at the start, after a long silence of ours, and when they follow a person's. */
export function judgeDisclosure(post: PolicyCase, at: Date): Finding | undefined {
  const disclosure = post.account?.disclosure
  if (!disclosure || post.provenance === 'written' || says(post.text, disclosure.sentence)) return undefined
  const { lastReply } = post
  const deny = (reply: string) => ({ deny: `${reply} must contain the account’s disclosure` })
  if (!lastReply) return deny('The first reply of a conversation')
  if (lastReply.by === 'person') return deny('A drafted reply that follows a person’s')
  const due = new Date(lastReply.at.getTime() + disclosure.gapMs)
  return due > at ? { until: due } : deny('A reply after a long silence')
}

/** A blank sentence is said by no text. */
function says(text: string, sentence: string): boolean {
  const wanted = plain(sentence)
  return wanted !== '' && plain(text).includes(wanted)
}

function plain(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()
}
