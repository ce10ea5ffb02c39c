import { bigint, boolean, index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { CredentialStatus } from '../../src/domain/credential.ts'
import type { AccountId, OperatorId } from '../../src/domain/ids.ts'
import type { Platform } from '../../src/domain/platform.ts'
import type { RiskKind } from '../../src/domain/second.ts'
import { at, createdAt, humanLine, humanText, id, jsonText, platformRef, sealed, version, word } from './columns.ts'

/** One connected professional account with its credential and its settings. */
export const accounts = mysqlTable(
  'accounts',
  {
    id: id<AccountId>().primaryKey(),
    platform: word<Platform>().notNull(),
    accountRef: platformRef().notNull(),
    /** Whoever connected it, by the number under which the app knows them. */
    ownerRef: platformRef(),
    /** When the platform last said that they took their leave. */
    deauthorizedAt: at(),
    name: humanLine().notNull(),
    /** How the account wants to sound; an operator writes it, drafts follow it. */
    voice: humanText().notNull(),
    quietMs: int().notNull().default(4000),
    undoMs: int().notNull().default(10_000),
    /** Drafting budget per UTC day, in millionths of a US dollar. */
    dailyBudgetMicros: bigint({ mode: 'number' }).notNull().default(5_000_000),
    /** Meta has granted its Human Agent feature: a person's own words may go out for seven days. */
    humanAgent: boolean().notNull().default(false),
    /** Meta gives people who come from an advertisement a window of seven days. */
    longAds: boolean().notNull().default(false),
    /** Addresses, numbers and the like of contacts reach Claude as placeholders only. */
    maskForModel: boolean().notNull().default(false),
    /** The sentence by which replies own up to a machine's help; null where none is demanded. */
    disclosure: humanLine(),
    /** A silence of ours as long as this makes the sentence due again. */
    disclosureGapMs: int().notNull().default(86_400_000),
    /** Kinds of reply that two people approve; null for none. */
    secondFor: jsonText<RiskKind[]>()(),
    /** The same as one admin wishes it; another one makes it so. */
    secondProposed: jsonText<{ kinds: RiskKind[]; by: OperatorId }>()(),
    /** Empty once its owner took it back. */
    sealedToken: sealed().notNull(),
    credentialStatus: word<CredentialStatus>().notNull(),
    tokenObtainedAt: at().notNull(),
    tokenExpiresAt: at().notNull(),
    tokenCheckedAt: at(),
    /** What its owner allowed us, as the platform names it; null while the platform has not said. */
    scopes: jsonText<string[]>()(),
    /** When the platform stops answering about people unless the owner is seen again. */
    dataAccessExpiresAt: at(),
    /** The webhook fields that the platform said it tells us; null while nobody has asked. */
    subscribedFields: jsonText<string[]>()(),
    subscriptionsCheckedAt: at(),
    /** When the first webhook for it came since it was connected; null while it is awaited. */
    heardAt: at(),
    /** When the platform was last asked what no webhook told of, and how much has come to light so in all. */
    lookedAt: at(),
    missedFound: int().notNull().default(0),
    /** Code of the last refusal, such as `190/463`. */
    tokenError: word<string>(),
    /** Sends are held while set; inbound goes on. */
    stoppedAt: at(),
    stoppedReason: humanLine(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [uniqueIndex('accounts_ref').on(t.platform, t.accountRef), index('accounts_owner').on(t.ownerRef)],
)
