import type { ParsedItem } from '#src/domain/inbox.ts'
import { parseDelivery } from '../meta/delivery.ts'
import { readChange } from './changes.ts'
import { readInstagramMessaging } from './messaging.ts'

const product = { object: 'instagram', name: 'Instagram', readMessaging: readInstagramMessaging, readChange }

/** Every item of a signed body about Instagram. Never throws. */
export function parseInstagramDelivery(body: Uint8Array): ParsedItem[] {
  return parseDelivery(body, product)
}
