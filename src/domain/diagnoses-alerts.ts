import { blocks, type Diagnosis, degrades, soon } from './diagnosis.ts'

const LOOK = 'Alerts in the console says where.'

/** What an open alert tells of the house that no setting does. */
export const alertDiagnoses = {
  budget_low: soon(
    'An account has spent most of its budget for drafts of today.',
    `Raise it: Accounts → the account in the console; or wait for tomorrow. ${LOOK}`,
    'Once it is spent, nothing is drafted for the account until tomorrow.',
  ),
  budget_spent: degrades(
    'An account has spent its budget for drafts of today.',
    `Raise it: Accounts → the account in the console; or wait for tomorrow. ${LOOK}`,
    'Nothing is drafted for the account; people can still answer by hand.',
  ),
  approval_invalid: degrades(
    'A reply did not match what was approved, so it was not sent.',
    `Find out who changed it: docs/security/incident.md. ${LOOK}`,
    'Somebody may be writing to the database; what they wrote was not sent.',
  ),
  queue_tampered: degrades(
    'A queue held what this program did not put there.',
    `Find out who reaches Redis: docs/security/incident.md. ${LOOK}`,
    'Somebody may be writing to Redis; what they wrote was not sent.',
  ),
  delivery_failed: degrades(
    'What a platform delivered could not be received.',
    `Its bytes are kept: look for its id in the log of the drafting process. ${LOOK}`,
    'The messages in it are not in the inbox.',
  ),
  account_unknown: degrades(
    'Messages arrive for an account that is not connected here.',
    `Connect it: Accounts in the console; or take this app off it at Meta. ${LOOK}`,
    'They are kept, and nobody sees or answers them.',
  ),
  platform_paused: soon(
    'A platform asks for a long pause.',
    `Nothing: it passes by itself, and what caused it stands there. ${LOOK}`,
    'What it asks us to leave alone waits until then.',
  ),
  policy_enforced: degrades(
    'Meta has restricted an account for what it sent.',
    `The owner looks at what Meta asks for, and does it. ${LOOK}`,
    'Meta may refuse the account’s replies.',
  ),
  erasure_waiting: degrades(
    'Somebody is to be forgotten, and it is not done yet.',
    `See that the drafting process runs and reaches its stores. ${LOOK}`,
    'Their words are still here, and the law sets a date.',
  ),
  webhooks_missing: degrades(
    'A platform had messages that it did not deliver to us.',
    `They were fetched; see that PUBLIC_URL answers Meta, and that the account is subscribed. ${LOOK}`,
    'Messages arrive late, by up to the time between two looks.',
  ),
  audit_broken: blocks(
    'The audit log was changed by somebody else.',
    'Run: countersign audit verify, and go by docs/security/incident.md.',
    'What it says from that entry on proves nothing.',
  ),
  audit_copy_behind: degrades(
    'The second copy of the audit log does not go on.',
    'See that the place of AUDIT_SINK can be written to by the web process.',
    'New entries stand in the database alone.',
  ),
  session_reused: degrades(
    'Somebody’s sign-in was used from two places.',
    `Ask whether it was them; if not, they change their password. ${LOOK}`,
    'Whoever copied it may have read conversations until it was ended.',
  ),
  window_closing: soon(
    'Conversations wait whose reply window is more than half over.',
    `Answer them: the queue in the console. ${LOOK}`,
    'Once it is over they cannot be answered any more.',
  ),
  window_missed: soon(
    'Conversations were not answered before their reply window closed.',
    `Nothing brings them back; more people, or longer hours, help the next. ${LOOK}`,
    'These people got no answer.',
  ),
  passkey_copied: degrades(
    'A passkey was used whose counter went back: somebody may have a copy of the key.',
    'Let its owner remove it under “Your sign-in” and add a new one; countersign operators reset-second-factor does the same from here.',
    'Nobody signs in with this passkey.',
  ),
  reminder_failed: degrades(
    'Reminders do not get out.',
    'See that the server of SMTP_URL, or the address of NOTIFY_WEBHOOK_URL, can be reached from the web process.',
    'People are reminded in the console only.',
  ),
} as const satisfies Record<string, Diagnosis>
