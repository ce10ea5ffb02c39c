/** What went wrong with a token, and what a person can do about it; both in words. */
export interface Trouble {
  what: string
  todo: string
}

const AGAIN = 'Connect the account again.'
const ASKED = 'Nothing has to be done: it is tried again by itself.'

/** https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes, and what we found ourselves. */
const troubles: Readonly<Record<string, Trouble>> = {
  '102': { what: 'The session behind the token has ended', todo: AGAIN },
  '190': { what: 'The token is no longer accepted', todo: AGAIN },
  '190/458': { what: 'The owner removed the app', todo: `${AGAIN} The owner has to allow the app anew.` },
  '190/459': {
    what: 'Meta wants the owner to sign in and confirm something',
    todo: 'Have the owner sign in at facebook.com and do what Meta asks there; the token may then work again by itself. If it does not, connect the account again.',
  },
  '190/460': { what: 'The password was changed', todo: `${AGAIN} A new password ends every token.` },
  '190/463': { what: 'The token has expired', todo: AGAIN },
  '190/464': {
    what: 'The owner has not confirmed their account at Meta',
    todo: 'Have the owner sign in at facebook.com and confirm it; the token may then work again by itself.',
  },
  '190/467': { what: 'The owner signed out, or Meta ended the session', todo: AGAIN },
  '190/492': {
    what: 'Whoever connected the account lost their role on it',
    todo: 'Have another person with full control of the account connect it.',
  },
  '10/2534077': {
    what: 'The link between account, person and Page is broken, or a second factor is missing',
    todo: 'Have the owner check the link in the settings of the Page, then connect the account again.',
  },
  '200/2534041': {
    what: 'The owner switched off message access',
    todo: 'Have the owner allow it in the Instagram app: Settings, Messages, Connected tools.',
  },
  expired: { what: 'The token has expired', todo: AGAIN },
  deauthorized: { what: 'The owner took back the permission', todo: 'Connect the account again, then resume it.' },
  other_account: { what: 'The token belongs to another account', todo: 'Connect the account with a token of its own.' },
  token_unreadable: {
    what: 'Our keys do not open the stored token',
    todo: 'Put the key it was sealed with back into APP_SECRET_KEY, or connect the account again.',
  },
}

const PERMISSION: Trouble = {
  what: 'A permission is missing',
  todo: `${AGAIN} The owner has to allow everything that is asked for.`,
}

/** By the code that is kept with the account, such as `190/460`. */
export function troubleOf(code: string): Trouble {
  const known = troubles[code] ?? troubles[code.split('/')[0] ?? '']
  if (known) return known
  if (/^(3|10|2\d\d)(\/|$)/.test(code)) return PERMISSION
  return { what: `The last look at the token ended with ${code}`, todo: ASKED }
}
