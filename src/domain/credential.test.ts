import { expect, it } from 'vitest'
import { alertDay, credentialStatus, hasExpiry, isRenewable, NO_EXPIRY, renewAt } from './credential.ts'

const at = new Date('2026-11-24T12:00:00Z')
const endless = { obtainedAt: new Date('2020-01-01T00:00:00Z'), expiresAt: NO_EXPIRY, revoked: false }

it('never calls a token without an end expiring, and never renews it', () => {
  expect(hasExpiry(NO_EXPIRY)).toBe(false)
  expect(hasExpiry(new Date('2027-01-01T00:00:00Z'))).toBe(true)
  expect(credentialStatus(endless, at)).toBe('valid')
  expect(credentialStatus({ ...endless, revoked: true }, at)).toBe('revoked')
  expect(alertDay(NO_EXPIRY, at)).toBeUndefined()
  expect(isRenewable(endless, at) && renewAt(endless, 0) <= at).toBe(false)
})
