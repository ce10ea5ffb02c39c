import type { ParsedItem } from '#src/domain/inbox.ts'
import { parseDelivery } from '../meta/delivery.ts'
import { readPageChange } from './changes.ts'
import { readMessengerMessaging } from './messaging.ts'

const product = {
  object: 'page',
  name: 'a Page',
  readMessaging: readMessengerMessaging,
  readChange: readPageChange,
}

/** Every item of a signed body about a Page. Never throws. */
export function parseMessengerDelivery(body: Uint8Array): ParsedItem[] {
  return parseDelivery(body, product)
}
