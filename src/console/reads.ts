import type { AccountId, ContactId, ConversationId, DraftId, MessageId, OperatorId, PostId } from '#src/domain/ids.ts'
import type { Insight, InsightQuery } from '#src/domain/insight.ts'
import type { ContactLine, ContactQuery, ContactView } from './contact-views.ts'
import type { CalmDraft, Facets, QueueLook } from './desk-views.ts'
import type {
  AccountDetail,
  AccountView,
  AlertView,
  BlockView,
  HealthView,
  Overview,
  StagesView,
} from './house-views.ts'
import type { RuleView } from './rule-verbs.ts'
import type { ConversationView, Cursor, Evidence, ListItem, Page, PostGroup, PostView, SeenThen } from './views.ts'

/** Everything the pages read. */
export interface Reads {
  overview(at: Date): Promise<Overview>
  queue(look: QueueLook, limit: number): Promise<Page<ListItem>>
  /** The conversation that stands behind this place in the queue, or the first one; never `id` itself. */
  nextInQueue(look: QueueLook & { after: Cursor }): Promise<ConversationId | undefined>
  facets(of: OperatorId): Promise<Facets>
  calmDrafts(look: QueueLook, limit: number): Promise<CalmDraft[]>
  /** How many replies this operator has approved since. */
  approvalsSince(id: OperatorId, since: Date): Promise<number>
  conversations(query: { search?: string; before?: Cursor; at: Date }, limit: number): Promise<Page<ListItem>>
  conversation(id: ConversationId, at: Date, before?: Cursor): Promise<ConversationView | undefined>
  contacts(query: ContactQuery, limit: number): Promise<Page<ContactLine>>
  contact(id: ContactId): Promise<ContactView | undefined>
  /** What stood there for somebody who looked earlier. */
  seenThen(id: ConversationId, seen: { draftId?: DraftId | undefined; headMessageId: MessageId }): Promise<SeenThen>
  conversationOfDraft(id: DraftId): Promise<ConversationId | undefined>
  post(id: PostId): Promise<PostView | undefined>
  posts(group: PostGroup, before: Cursor | undefined, limit: number): Promise<Page<PostView>>
  evidence(ids: PostId[]): Promise<Evidence[]>
  accounts(at: Date): Promise<AccountView[]>
  account(id: AccountId, at: Date): Promise<AccountDetail | undefined>
  /** In their order. */
  rules(id: AccountId): Promise<RuleView[]>
  alerts(limit: number): Promise<AlertView[]>
  health(): Promise<HealthView>
  stages(at: Date): Promise<StagesView>
  blocks(at: Date): Promise<BlockView[]>
  /** Whether news of this thing is for whoever reads here. */
  concerns(id: string): Promise<boolean>
  insight(query: InsightQuery, now: Date): Promise<Insight>
}
