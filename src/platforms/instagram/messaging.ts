import { z } from 'zod'
import type { InboundItem } from '#src/domain/inbox.ts'
import { type Envelope, readMessaging, sharedReaders, type Vocabulary } from '../meta/messaging.ts'
import { faultIn, type Place, Ref } from '../meta/words.ts'

const Read = z.looseObject({ mid: Ref })

const vocabulary: Vocabulary = {
  readers: { ...sharedReaders, read: readSeen },
  unused: ['optin', 'policy_enforcement', 'policy-enforcement', 'pass_thread_control', 'take_thread_control'].concat([
    'request_thread_control',
    'app_roles',
    'response_feedback',
    'delivery',
    'account_linking',
  ]),
}

/** The item, or in words what is odd about it. https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram */
export function readInstagramMessaging(value: unknown, place: Place): InboundItem | string {
  return readMessaging(value, place, vocabulary)
}

function readSeen(value: unknown, envelope: Envelope): InboundItem | string {
  const read = Read.safeParse(value)
  if (!read.success) return faultIn('Read', read.error)
  if (envelope.byAccount) return 'A read of our own'
  const { mid } = read.data
  const { byAccount, ...item } = envelope
  return { kind: 'seen', ...item, key: ['seen', item.accountRef, item.contactRef, mid], messageRef: mid }
}
