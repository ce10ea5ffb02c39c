import { type BlindSpot, type Found, isWell } from './diagnoses.ts'
import type { AccountId } from './ids.ts'
import type { Platform } from './platform.ts'

export interface AccountReport {
  id: AccountId
  platform: Platform
  name: string
  found: Found[]
}

/** What the doctor found, the worst first in each place. */
export interface Report {
  at: Date
  house: Found[]
  app: Found[]
  accounts: AccountReport[]
  /** What could not be looked at from where it stood. */
  unseen: BlindSpot[]
}

export function isReportWell({ house, app, accounts }: Report): boolean {
  return isWell([...house, ...app, ...accounts.flatMap((account) => account.found)])
}
