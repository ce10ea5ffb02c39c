import { expect, it } from 'vitest'
import { Secret } from '#src/vault/secret.ts'
import { proofOf } from './proof.ts'

it('proves a token as Meta computes it', () => {
  const proof = proofOf(new Secret('IGAAtesttoken123'), new Secret('test_app_secret'))
  expect(proof).toBe('7d8a38f6feaccf3d8727835456b11b76ed2ccadbe278cbe220c99ea04b293005')
})
