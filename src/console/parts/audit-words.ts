import type { AuditAction, AuditEntry } from '#src/domain/audit.ts'

type Detail = AuditEntry['detail']

/** What was done, as it follows on the name of whoever did it. */
const words: Record<AuditAction, string | ((detail: Detail) => string)> = {
  'operator.created': 'was given a place as an operator',
  'operator.signed_in': 'signed in',
  'operator.sign_in_refused': 'was refused at sign-in',
  'operator.signed_out': 'signed out',
  'account.added': 'connected an account',
  'operator.factor_refused': 'gave a wrong code',
  'operator.factor_added': 'set up a second factor',
  'operator.factor_reset': 'took the second factor of an operator away',
  'operator.recovery_codes_made': 'made new recovery codes',
  'operator.passkey_added': 'added a passkey',
  'operator.passkey_removed': 'removed a passkey',
  'operator.passkey_used': ({ for: what }) =>
    what === 'sign_in' ? 'used a passkey to sign in' : 'used a passkey to confirm who they are',
  'operator.passkey_refused': ({ reason }) => `gave a passkey that was refused${because(reason)}`,
  'operator.confirmed': 'confirmed who they are',
  'operator.confirmation_refused': 'could not confirm who they are',
  'operator.session_reused': 'had a used session token come back, which ended the session',
  'operator.sessions_ended': 'ended sessions',
  'operator.password_changed': 'changed a password',
  'operator.password_link_made': 'made a link for a new password',
  'operator.invited': 'invited somebody',
  'operator.invitation_revoked': 'took an invitation back',
  'operator.role_changed': 'changed the role of an operator',
  'operator.disabled': 'shut an operator out',
  'operator.enabled': 'let an operator in again',
  'operator.assigned': 'kept an operator to some accounts',
  'operator.unassigned': 'took an account away from an operator',
  'operator.vouched': 'was signed in by the service that knows the operators',
  'key.created': 'made a key for a program',
  'key.rotated': 'replaced a key for a program',
  'key.revoked': 'revoked a key for a program',
  'alert.acknowledged': 'took note of an alert',
  'account.second_proposed': 'proposed which replies of an account need a second person',
  'account.second_changed': 'changed which replies of an account need a second person',
  'draft.endorsed': 'approved a reply as the first of two',
  'incident.opened': 'opened an incident',
  'incident.revoked': 'took away what an incident may have given away',
  'incident.closed': 'closed an incident',
  'address.blocked': 'blocked an address',
  'address.unblocked': 'let a blocked address in again',
  'conversation.assigned': ({ assigneeId }) =>
    assigneeId ? 'handed a conversation to a colleague' : 'took a conversation back from a colleague',
  'conversation.snoozed': ({ until }) => (until ? 'put a conversation aside' : 'took a conversation up again'),
  'note.added': 'wrote a note',
  'note.removed': 'removed a note',
  'template.saved': 'saved a template',
  'template.removed': 'removed a template',
  'rule.saved': 'saved a rule',
  'rule.moved': 'changed the order of the rules',
  'rule.removed': 'removed a rule',
  'rule.applied': 'followed a rule',
  'keys.rotated': 'sealed everything anew with the newest key',
  'login.refused': ({ reason }) => `tried to connect an account, which was refused${because(reason)}`,
  'account.configured': 'changed the settings of an account',
  'account.stopped': ({ code }) => `stopped an account${because(code)}`,
  'account.resumed': 'let an account send again',
  'account.deauthorized': 'took back what an account had allowed',
  'knowledge.saved': 'saved a knowledge entry',
  'knowledge.removed': 'removed a knowledge entry',
  'draft.approved': ({ edited }) =>
    edited ? 'approved a reply after changing it' : 'approved a reply as it was drafted',
  'draft.rejected': 'rejected a draft',
  'conversation.dismissed': 'took a conversation out of the queue',
  'post.cancelled': ({ because: why }) =>
    why === 'erased' ? 'cancelled a reply to a person who is erased' : 'took an approved reply back',
  'post.sent': 'sent a reply',
  'post.failed': ({ code }) => `could not send a reply${because(code)}`,
  'post.uncertain': ({ code }) => `sent a reply that may or may not have arrived${because(code)}`,
  'post.settled': ({ arrived, status }) =>
    arrived === true || status === 'sent' ? 'found that a reply had arrived' : 'found that a reply had not arrived',
  'post.brought_back': 'put a reply that did not go out up for review again',
  'post.refused': ({ code }) => `refused to send a reply${because(code)}`,
  'queue.tampered': 'found work that nobody of ours had put there',
  'credential.renewed': 'renewed the token of an account',
  'credential.refused': ({ code }) => `was told that the token of an account is refused${because(code)}`,
  'credential.changed': 'found a change in the token of an account',
  'subscription.renewed': 'subscribed an account to its webhooks again',
  'subscription.refused': ({ code }) => `was refused the webhooks of an account${because(code)}`,
  'message.erased': 'took a message back, and its text was erased',
  'contact.opted_out': 'asked for no more messages',
  'contact.exported': 'took out what is kept of a person',
  'contact.erased': 'erased a person',
  'deletion.requested': 'asked for a person to be erased',
  'deletion.done': 'finished erasing a person',
  'sending.stopped': 'stopped all sending',
  'sending.resumed': 'let all accounts send again',
  'audit.exported': 'took out a copy of this log',
  'insight.exported': 'took out figures of how accounts do',
}

export function doingOf({ action, detail }: Pick<AuditEntry, 'action' | 'detail'>): string {
  // An action may come from a newer version of the product, by way of a shared database.
  const said: (typeof words)[AuditAction] | undefined = words[action]
  return typeof said === 'function' ? said(detail) : (said ?? `did what is called ${action}`)
}

const processes: Partial<Record<string, string>> = {
  sending: 'The sending process',
  drafting: 'The drafting process',
  cli: 'Somebody at the command line',
  meta: 'Meta',
  instagram: 'Somebody on Instagram',
  messenger: 'Somebody on Messenger',
  contact: 'A contact',
}

/** Whoever did it. Not everybody who is in the log still has a name. */
export function actorOf({ actor }: Pick<AuditEntry, 'actor'>, names: ReadonlyMap<string, string>): string {
  return names.get(actor.id) ?? processes[actor.id] ?? (actor.kind === 'operator' ? 'An operator' : 'A process')
}

function because(code: Detail[string] | undefined): string {
  return code ? ` (${code})` : ''
}
