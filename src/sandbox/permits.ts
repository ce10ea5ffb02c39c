import type { Platform } from '#src/domain/platform.ts'
import { platformOf, type Token, type World } from './world.ts'

const DATA_ACCESS_MS = 90 * 86_400_000

/** What the product asks for at a login: https://developers.facebook.com/docs/permissions */
const LOGIN_SCOPES = {
  instagram: ['instagram_business_basic', 'instagram_business_manage_messages', 'instagram_business_manage_comments'],
  messenger: ['pages_show_list', 'pages_manage_metadata', 'pages_messaging', 'pages_read_engagement'].concat([
    'pages_manage_engagement',
  ]),
} as const satisfies Record<Platform, readonly string[]>

/** Every field an account can be subscribed to here: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps */
export const subscribable = {
  instagram: ['messages', 'message_edit', 'message_reactions', 'messaging_postbacks', 'messaging_seen'].concat(
    ['messaging_referral', 'messaging_optins', 'messaging_handover', 'standby'],
    ['comments', 'live_comments', 'mentions'],
  ),
  messenger: ['messages', 'message_echoes', 'message_edits', 'message_reads', 'message_deliveries'].concat(
    ['message_reactions', 'messaging_postbacks', 'messaging_referrals', 'messaging_policy_enforcement'],
    ['messaging_optins', 'messaging_handovers', 'standby', 'feed', 'mention', 'ratings', 'leadgen'],
  ),
} as const satisfies Record<Platform, readonly string[]>

export function scopesOf(world: World, accountRef: string): readonly string[] {
  return world.grants.get(accountRef)?.scopes ?? LOGIN_SCOPES[platformOf(world, accountRef)]
}

/** https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages */
export function mayWrite(world: World, accountRef: string): boolean {
  const isPage = platformOf(world, accountRef) === 'messenger'
  return scopesOf(world, accountRef).includes(isPage ? 'pages_messaging' : 'instagram_business_manage_messages')
}

export function dataAccessEndOf(world: World, { accountRef, at }: Token): number {
  return world.grants.get(accountRef)?.dataAccessExpiresAt ?? at + DATA_ACCESS_MS
}

/** Of our app; an account of the sandbox starts with everything. */
export function fieldsOf(world: World, accountRef: string): readonly string[] {
  return world.subscriptions.get(accountRef) ?? subscribable[platformOf(world, accountRef)]
}

/** Whether Meta tells our app of this: https://developers.facebook.com/docs/instagram-platform/webhooks */
export function isTold(world: World, accountRef: string, envelope: unknown): boolean {
  const fields = fieldsOf(world, accountRef)
  if (fields.length === 0) return false
  // An Instagram account with any one field has them all.
  if (platformOf(world, accountRef) === 'instagram') return true
  const about = fieldsIn(envelope)
  return about.length === 0 || about.some((field) => fields.includes(field))
}

const MESSAGING_FIELDS: Record<string, string> = {
  message: 'messages',
  message_edit: 'message_edits',
  reaction: 'message_reactions',
  postback: 'messaging_postbacks',
  read: 'message_reads',
  delivery: 'message_deliveries',
  referral: 'messaging_referrals',
}

interface Loose {
  entry?: Loose[]
  messaging?: Record<string, { is_echo?: boolean }>[]
  standby?: unknown[]
  changes?: { field?: string }[]
}

/** What a body for a Page is about; a body by hand may hold anything, and what nobody knows is told. */
function fieldsIn(envelope: unknown): string[] {
  const { entry } = (envelope ?? {}) as Loose
  if (!Array.isArray(entry)) return []
  return entry.flatMap(({ messaging = [], standby = [], changes = [] }) => [
    ...messaging.flatMap(fieldOfItem),
    ...standby.map(() => 'standby'),
    ...changes.flatMap(({ field }) => field ?? []),
  ])
}

function fieldOfItem(item: Record<string, { is_echo?: boolean }>): string[] {
  if (item['message']?.is_echo) return ['message_echoes']
  return Object.keys(item).flatMap((key) => MESSAGING_FIELDS[key] ?? [])
}
