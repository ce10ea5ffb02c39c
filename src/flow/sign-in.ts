import { createTickets } from '#src/vault/tickets.ts'
import { createConfirm } from './confirm.ts'
import { createEnter } from './enter.ts'
import { createInvitation } from './invitation.ts'
import { createOwnAccount } from './own-account.ts'
import { createPasskeyProof } from './passkey-proof.ts'
import { createEnrolOnTheWay, createEnterCode, createOfferOnTheWay, createStep } from './second-step.ts'
import type { SessionDeps } from './session.ts'
import { createCheckSession, createSessionOf, createSignOut } from './session-check.ts'
import { createIsSetupOpen, createSetUp } from './set-up.ts'

/** Everything about being signed in, for the console. */
export function createSignIn(given: Omit<SessionDeps, 'tickets'>) {
  const deps: SessionDeps = { ...given, tickets: createTickets(given.pepper, given.now) }
  return {
    isSetupOpen: createIsSetupOpen(deps),
    setUp: createSetUp(deps),
    signIn: createEnter(deps),
    stepOf: createStep(deps),
    enterCode: createEnterCode(deps),
    ...createPasskeyProof(deps),
    offerFactor: createOfferOnTheWay(deps),
    enrol: createEnrolOnTheWay(deps),
    sessionOf: createSessionOf(deps),
    checkSession: createCheckSession(deps),
    confirm: createConfirm(deps),
    signOut: createSignOut(deps),
    ...createInvitation(deps),
    own: createOwnAccount(deps),
  }
}
