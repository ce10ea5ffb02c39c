/* Reads what a run left behind out of the stores, the platform and the files. */

import { createReadStream, readdirSync } from 'node:fs'
import path from 'node:path'
import { eq } from 'drizzle-orm'
import { verifyAudit } from '#db/audit.ts'
import type { Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Approval } from '#src/domain/review.ts'
import { createBell } from '#src/queues/bell.ts'
import { createApprovalChecker } from '#src/vault/approvals.ts'
import type { History } from './history.ts'
import type { Site } from './site.ts'

type Given = Pick<History, 'deeds' | 'probes' | 'tamperings' | 'wiped' | 'healedAt'> & { secrets: Map<string, string> }

export async function readHistory(site: Site, { secrets, ...given }: Given): Promise<History> {
  const { db, platform } = site
  const record = await platform.record()
  const [posts, decisions] = await Promise.all([readPosts(db), db.select().from(reviewDecisions)])
  const isApproved = createApprovalChecker(site.env['APPROVAL_PUBLIC_KEY'] ?? '')
  const byDecision = new Map(posts.map((post) => [post.decisionId, post]))
  const verified = await verifyAudit(db)
  return {
    ...given,
    readAt: Date.now(),
    platform: record,
    accounts: await db.select(accountColumns).from(accounts),
    operatorIds: (await db.select({ id: operators.id }).from(operators)).map(({ id }) => id),
    deliveries: (await db.select(deliveryColumns).from(webhookDeliveries)).map((row) => ({
      ...row,
      createdAt: row.createdAt.getTime(),
    })),
    messages: (await db.select().from(messages)).map((row) => ({ ...row, sentAt: row.sentAt.getTime() })),
    conversations: await readConversations(db),
    drafts: await db.select().from(drafts),
    decisions: decisions.map((row) => ({
      ...row,
      createdAt: row.createdAt.getTime(),
      isSigned: isSigned(row, byDecision.get(row.id), isApproved),
    })),
    posts,
    entries: await db.select().from(auditEntries),
    alerts: await db.select({ kind: alerts.kind, openKey: alerts.openKey }).from(alerts),
    audit: verified.ok ? { ok: true } : { ok: false, fault: `entry ${verified.seq}: ${verified.fault}` },
    leaks: await findSecrets(site.settings.folder, secrets),
    lostBodies: await countLostBodies(site),
  }
}

const accountColumns = { id: accounts.id, accountRef: accounts.accountRef, platform: accounts.platform }
const { digest, status, createdAt } = webhookDeliveries
const deliveryColumns = { digest, status, createdAt }

async function readPosts(db: Database): Promise<(History['posts'][number] & { platform: Platform })[]> {
  const rows = await db.select().from(outboxPosts)
  const looks = await db
    .select({ postId: deliveryAttempts.postId, outcome: deliveryAttempts.outcome })
    .from(deliveryAttempts)
    .where(eq(deliveryAttempts.endpointClass, 'read'))
  const asked = new Set(looks.filter(({ outcome }) => outcome === 'uncertain').map(({ postId }) => postId))
  return rows.map((row) => ({
    ...row,
    notBefore: row.notBefore.getTime(),
    waitUntil: row.waitUntil?.getTime() ?? null,
    createdAt: row.createdAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
    asked: asked.has(row.id),
  }))
}

async function readConversations(db: Database): Promise<History['conversations']> {
  const rows = await db
    .select({ conversation: conversations, contactRef: contacts.contactRef })
    .from(conversations)
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
  return rows.map(({ conversation, contactRef }) => ({
    ...conversation,
    contactRef,
    draftDueAt: conversation.draftDueAt?.getTime() ?? null,
  }))
}

type Decision = typeof reviewDecisions.$inferSelect

/** The signature has to cover the post as it stands now, whatever the approval says about itself. */
function isSigned(
  decision: Decision,
  post: Awaited<ReturnType<typeof readPosts>>[number] | undefined,
  isApproved: ReturnType<typeof createApprovalChecker>,
): boolean {
  const { approval, signature } = decision
  if (!post || !approval || 'endorsed' in approval || signature === null) return false
  const { policyVersion, provenance, givenBy, decidedAt, risks, first } = approval
  const { id: decisionId, draftId, headMessageId, operatorId } = decision
  const { id: postId, accountId, conversationId, platform, kind, recipientRef, textHash } = post
  const claimed = {
    ...{ decisionId, draftId, headMessageId, operatorId, policyVersion, provenance, givenBy, decidedAt },
    ...(risks !== undefined && { risks }),
    ...(first !== undefined && { first }),
    ...{ postId, accountId, conversationId, platform, kind, recipientRef, textHash },
  } as Approval
  return isApproved(claimed, signature)
}

async function countLostBodies({ redis }: Site): Promise<number> {
  const { queues, close } = createBell(redis)
  const failed = await Promise.all(queues.map((queue) => queue.getFailed(0, 1000)))
  await close()
  return failed.flat().filter((job) => job?.name === 'bodies').length
}

/** Where secrets may stand: the stores' own configuration holds the stores' passwords, and the sandbox is no part of the product. */
const ELSEWHERE = /(^|\/)(secrets\.env|sandbox\.jsonl|built\/)/

/** Looks through every file of the run: logs, Redis's log of commands, the database's tables and its redo log. */
async function findSecrets(folder: string, secrets: Map<string, string>): Promise<string[]> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !ELSEWHERE.test(path.relative(folder, file)))
  const leaks: string[] = []
  for (const file of files) {
    for (const name of await secretsIn(file, secrets)) leaks.push(`${name} stands in ${path.relative(folder, file)}`)
  }
  return leaks
}

/** Read in pieces that overlap by the longest secret. */
async function secretsIn(file: string, secrets: Map<string, string>): Promise<string[]> {
  const found = new Set<string>()
  const longest = Math.max(0, ...[...secrets.values()].map(({ length }) => length))
  let tail = ''
  try {
    for await (const part of createReadStream(file, { highWaterMark: 4 * 1024 * 1024 })) {
      const text = tail + (part as Buffer).toString('latin1')
      for (const [name, secret] of secrets) if (text.includes(secret)) found.add(name)
      tail = text.slice(-longest)
    }
  } catch {
    // A server's temporary file that is gone by now.
  }
  return [...found]
}
