import type { Reach } from '#src/domain/identity.ts'
import type { AccountId, AlertId, ConversationId, DraftId, PostId } from '#src/domain/ids.ts'
import {
  type AlertFilter,
  type AuditFilter,
  findApiAccount,
  findApiAlert,
  findApiPost,
  listApiAccounts,
  listApiAlerts,
  listApiAudit,
  listApiPosts,
  type PostFilter,
} from './api-house.ts'
import {
  type ConversationFilter,
  type DraftFilter,
  findApiConversation,
  findApiDraft,
  listApiConversations,
  listApiDrafts,
  listApiMessages,
  type MessageFilter,
  type Slice,
} from './api-threads.ts'
import type { Conn } from './client.ts'
import type { Place } from './console-list.ts'

/** Everything that programs read, of the accounts within this reach. */
export function createApiReads(conn: Conn) {
  return (reach: Reach) => ({
    conversations: (filter: ConversationFilter, slice: Slice<Place>) =>
      listApiConversations(conn, reach, filter, slice),
    conversation: (id: ConversationId) => findApiConversation(conn, reach, id),
    messages: (filter: MessageFilter, slice: Slice) => listApiMessages(conn, reach, filter, slice),
    drafts: (filter: DraftFilter, slice: Slice) => listApiDrafts(conn, reach, filter, slice),
    draft: (id: DraftId) => findApiDraft(conn, reach, id),
    posts: (filter: PostFilter, slice: Slice) => listApiPosts(conn, reach, filter, slice),
    post: (id: PostId) => findApiPost(conn, reach, id),
    accounts: () => listApiAccounts(conn, reach),
    account: (id: AccountId) => findApiAccount(conn, reach, id),
    alerts: (filter: AlertFilter, slice: Slice) => listApiAlerts(conn, reach, filter, slice),
    alert: (id: AlertId) => findApiAlert(conn, reach, id),
    audit: (filter: AuditFilter, slice: Slice<number>) => listApiAudit(conn, filter, slice),
  })
}
