import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Approval } from '#src/domain/review.ts'
import { createApprovalChecker, createApprovalSigner, generateApprovalKeys, isApprovalKey } from './approvals.ts'
import { Secret } from './secret.ts'

const anApproval = {
  decisionId: 'dec_1',
  draftId: 'drf_1',
  postId: 'pst_1',
  accountId: 'acc_1',
  conversationId: 'cnv_1',
  platform: 'instagram',
  recipientRef: '1789',
  textHash: 'ab'.repeat(32),
  headMessageId: 'msg_1',
  policyVersion: 1,
  provenance: 'drafted',
  operatorId: 'opr_1',
  givenBy: 'console',
  decidedAt: 1_795_000_000_000,
} as unknown as Approval

const keys = generateApprovalKeys()
const sign = createApprovalSigner(new Secret(keys.privateKey))
const check = createApprovalChecker(keys.publicKey)

it('accepts the approval that was signed', () => {
  expect(check(anApproval, sign(anApproval))).toBe(true)
})

it.each(Object.keys(anApproval) as (keyof Approval)[])(
  'refuses an approval whose %s was changed afterwards',
  (field) => {
    const changed = { ...anApproval, [field]: `${anApproval[field]}1` } as Approval
    expect(check(changed, sign(anApproval))).toBe(false)
  },
)

it('refuses a signature by another key, a cut one, and none', () => {
  const foreign = createApprovalSigner(new Secret(generateApprovalKeys().privateKey))(anApproval)
  for (const signature of [foreign, sign(anApproval).slice(0, 40), '', 'not base64 …'])
    expect(check(anApproval, signature)).toBe(false)
})

it('keeps the halves apart: the public one cannot sign', () => {
  expect(() => createApprovalSigner(new Secret(keys.publicKey))).toThrow()
  expect(isApprovalKey(keys.publicKey, 'private')).toBe(false)
  expect(isApprovalKey(keys.privateKey, 'public')).toBe(false)
  const { publicKey: ofAnotherKind } = generateKeyPairSync('x25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  })
  expect(isApprovalKey(ofAnotherKind.toString('base64'), 'public')).toBe(false)
  expect(keys.privateKey).not.toContain('\n')
})
