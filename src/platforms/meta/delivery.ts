import { createHash } from 'node:crypto'
import type { InboundItem, ParsedItem } from '#src/domain/inbox.ts'
import { readJson, writeJson } from './json.ts'
import { Moment, NO_MOMENT, type Place, Ref } from './words.ts'

type Read = (value: unknown, place: Place) => InboundItem | string

/** What a product of Meta delivers, and who reads it. */
export interface Product {
  /** As it stands in the envelope. */
  object: string
  /** As people call it. */
  name: string
  readMessaging: Read
  /** One `field` with its `value`, whether from `changes[]` or flat in the entry. */
  readChange: (field: unknown, value: unknown, place: Place) => InboundItem | string
}

const NOWHERE: Place = { accountRef: '', sentAt: undefined, standby: false }
/** An unrecognised item is kept for an operator to look at; its delivery has the rest. */
const RAW_CHARS_MAX = 65_536
/** Why an entry says that something changed, but not to what. */
export const VALUES_OFF = 'Entry without values: “Include values” is off'

/** Every item of a signed body, each on its own: what is odd becomes an unrecognised item and harms no neighbour. Never throws. */
export function parseDelivery(body: Uint8Array, product: Product): ParsedItem[] {
  let json: unknown
  try {
    json = readJson(body)
  } catch {
    return [
      unrecognised('The delivery is not JSON', new TextDecoder().decode(body.subarray(0, RAW_CHARS_MAX)), NOWHERE),
    ]
  }
  if (!Array.isArray(json)) return readEnvelope(json, product)
  // Some of Meta's examples wrap the body in a list.
  return json.length > 0
    ? json.flatMap((one) => readEnvelope(one, product))
    : [oddly('The delivery is an empty list', json, NOWHERE)]
}

function readEnvelope(value: unknown, product: Product): ParsedItem[] {
  if (!isRecord(value)) return [oddly('The delivery is not an object', value, NOWHERE)]
  const { object, entry } = value
  if (object !== product.object) return [oddly(`The delivery is not about ${product.name}`, value, NOWHERE)]
  if (!Array.isArray(entry)) return [oddly('The delivery has no list of entries', value, NOWHERE)]
  return entry.flatMap((one) => readEntry(one, product))
}

/** The keys decide what is inside, not what the entry claims to be; it may hold several kinds at once. */
function readEntry(entry: unknown, { readMessaging, readChange }: Product): ParsedItem[] {
  if (!isRecord(entry)) return [oddly('An entry is not an object', entry, NOWHERE)]
  const place = placeOf(entry)
  if (!place) return [oddly('Entry: id is missing or odd', entry, NOWHERE)]
  const readOneChange: Read = (value, place) =>
    isRecord(value) ? readChange(value['field'], value['value'], place) : 'Change is not an object'
  const items = [
    ...readList(entry, 'messaging', place, readMessaging),
    ...readList(entry, 'standby', { ...place, standby: true }, readMessaging),
    ...readList(entry, 'changes', place, readOneChange),
    ...('field' in entry ? [readOne({ field: entry['field'], value: entry['value'] }, place, readOneChange)] : []),
  ]
  if (items.length > 0 || ['messaging', 'standby', 'changes'].some((name) => name in entry)) return items
  return [oddly('changed_fields' in entry ? VALUES_OFF : 'Entry of an unknown kind', entry, place)]
}

function placeOf(entry: Record<string, unknown>): Place | undefined {
  const ref = Ref.safeParse(entry['id'])
  const time = Moment.safeParse(entry['time'])
  return ref.success ? { accountRef: ref.data, sentAt: time.data, standby: false } : undefined
}

function readList(entry: Record<string, unknown>, name: string, place: Place, read: Read): ParsedItem[] {
  if (!(name in entry)) return []
  const list = entry[name]
  if (!Array.isArray(list)) return [oddly(`Entry: ${name} is not a list`, list, place)]
  return list.map((value: unknown) => readOne(value, place, read))
}

function readOne(value: unknown, place: Place, read: Read): ParsedItem {
  const item = read(value, place)
  return typeof item === 'string' ? oddly(item, value, place) : { item, raw: writeJson(value) }
}

function oddly(reason: string, value: unknown, place: Place): ParsedItem {
  return unrecognised(reason, writeJson(value), place)
}

function unrecognised(reason: string, raw: string, { accountRef, sentAt, standby }: Place): ParsedItem {
  const hash = createHash('sha256').update(raw).digest('hex')
  return {
    item: {
      kind: 'unrecognised',
      accountRef,
      at: sentAt ?? NO_MOMENT,
      key: ['unrecognised', accountRef, hash],
      reason,
      ...(standby && { standby }),
    },
    raw: raw.slice(0, RAW_CHARS_MAX),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
