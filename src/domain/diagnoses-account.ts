import { blocks, type Diagnosis, degrades, soon } from './diagnosis.ts'

const AGAIN = 'Connect the account again: Accounts in the console, or countersign accounts add.'
const NO_SENDS = 'Messages are still kept; nothing is sent for this account.'
const NO_INBOX = 'Its messages do not arrive.'

/** What can be wrong with one account. https://developers.facebook.com/docs/graph-api/guides/error-handling */
export const accountDiagnoses = {
  token_expired: blocks('The token has expired.', AGAIN, NO_SENDS),
  password_changed: blocks('The owner’s password was changed, which ended the token.', AGAIN, NO_SENDS),
  app_removed: blocks('The owner removed the app from the account.', AGAIN, NO_SENDS),
  checkpoint: blocks(
    'Meta wants the owner to sign in and confirm something.',
    'The owner signs in at facebook.com or instagram.com and does what is asked; the token may live again, else connect the account again.',
    NO_SENDS,
  ),
  logged_out: blocks('The owner signed out everywhere, which ended the token.', AGAIN, NO_SENDS),
  role_lost: blocks(
    'The person who connected the Page has lost the role on it.',
    'Somebody with full control of the Page connects it again: Accounts in the console, or countersign accounts add --platform messenger.',
    NO_SENDS,
  ),
  token_refused: blocks('Meta refuses the token.', AGAIN, NO_SENDS),
  token_unreadable: blocks(
    'The stored token cannot be opened with the present keys.',
    'Put the key it was sealed with back into APP_SECRET_KEY, behind a comma; or connect the account again.',
    NO_SENDS,
  ),
  wrong_account: blocks(
    'The token belongs to another account or Page.',
    'Connect this account again with its own token: Accounts in the console, or countersign accounts add.',
    'Replies would be sent for the other one, so they fail.',
  ),
  deauthorized: blocks('The owner took the app’s access back.', `${AGAIN} The owner has to agree.`, NO_SENDS),
  account_stopped: degrades(
    'Sending is stopped for this account.',
    'Resume it: Accounts → the account in the console, or countersign accounts resume.',
    'Approved replies wait.',
  ),
  account_restricted: blocks(
    'Meta has restricted this account.',
    'The owner looks at the account’s status (Instagram: Settings → Account status; Page: Page quality) and does what Meta asks for.',
    'Meta refuses every reply until it lifts the restriction.',
  ),
  page_not_linked: blocks(
    'The Page and the Instagram account are not linked.',
    'Link them: Page settings → Linked accounts → Instagram; then connect the account again.',
    NO_SENDS,
  ),
  messages_off: blocks(
    'The owner does not let apps see messages.',
    'In the Instagram app: Settings → Messages and story replies → Message controls → Connected tools → Allow access to messages.',
    'Messages do not arrive and cannot be answered; comments can.',
  ),
  permission_refused: blocks(
    'Meta says that the app or its token may not do this.',
    'App Dashboard → App Review → Permissions and features: the permissions need Advanced Access; then connect the account again.',
    'Messages cannot be read or answered.',
  ),
  scope_missing: blocks(
    'The owner did not grant every permission that is needed.',
    'Connect the account again and leave every box ticked: Accounts in the console.',
    'What the permission is for does not work.',
  ),
  app_unsubscribed: blocks(
    'The account is not subscribed to our webhooks.',
    'Connect the account again, or wait for the next check of the sending process, which subscribes it.',
    NO_INBOX,
  ),
  field_unsubscribed: degrades(
    'The account is not subscribed to every webhook field that is needed.',
    'Connect the account again, or wait for the next check of the sending process, which subscribes it.',
    'What these fields tell does not arrive.',
  ),
  token_ends: soon(
    'The token ends before long.',
    'It renews itself when it can; if it does not, connect the account again: Accounts in the console, or countersign accounts add.',
    NO_SENDS,
  ),
  data_access_ends: soon(
    'Meta stops answering about people for this account before long.',
    `${AGAIN} That is how Meta knows that the owner still uses the app.`,
    'From then on the account’s messages are refused to us.',
  ),
  data_access_ended: blocks(
    'Meta no longer answers about people for this account.',
    `${AGAIN} That is how Meta knows that the owner still uses the app.`,
    'The account’s messages are refused to us.',
  ),
  platform_silent: degrades(
    'The platform gave no usable answer.',
    'See that INSTAGRAM_GRAPH_URL and META_GRAPH_URL can be reached from here (proxy, firewall), and look at https://metastatus.com.',
    'Nothing can be said about the account, and nothing is sent meanwhile.',
  ),
  platform_waits: soon(
    'The platform asks us to wait.',
    'Nothing: it passes by itself. Ask again later.',
    'Nothing can be said about the account yet.',
  ),
} as const satisfies Record<string, Diagnosis>
