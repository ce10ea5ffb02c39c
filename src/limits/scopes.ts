import type { AccountId, ConversationId } from '#src/domain/ids.ts'
import { type EndpointClass, limits } from '#src/domain/limit.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { SlotRequest } from './slots.ts'

export interface Call {
  platform: Platform
  endpointClass: EndpointClass
  accountId: AccountId
  conversationId?: ConversationId
}

/** The key whose pause stops the named part of the house. */
export function pauseKeyOf(scope: 'account' | 'app' | 'conversation', call: Omit<Call, 'endpointClass'>): string {
  const { platform, accountId, conversationId = '' } = call
  return { app: `app:${platform}`, account: `account:${accountId}`, conversation: `conversation:${conversationId}` }[
    scope
  ]
}

/** What to ask the limiter before this call. */
export function slotRequest(id: string, call: Call): SlotRequest {
  const windows = limits[call.platform][call.endpointClass].map(({ scope, max, perMs }) => ({
    key: `${pauseKeyOf(scope, call)}:${call.endpointClass}`,
    max,
    perMs,
  }))
  return {
    id,
    windows,
    pausedBy: (['app', 'account', 'conversation'] as const).map((scope) => pauseKeyOf(scope, call)),
  }
}
