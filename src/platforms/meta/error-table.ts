/** What an error code of Graph means for a message that was to be sent. */
export type Meaning =
  | { kind: 'uncertain' | 'retry' | 'reauthorise' | 'stop_account'; note: string }
  | { kind: 'wait'; scope: 'account' | 'app' }
  | { kind: 'refused'; about: 'reply_window' | 'recipient' | 'content' | 'thread'; note: string }

const uncertain = (note: string): Meaning => ({ kind: 'uncertain', note })
const retry = (note: string): Meaning => ({ kind: 'retry', note })
const reauthorise = (note: string): Meaning => ({ kind: 'reauthorise', note })
const stop = (note: string): Meaning => ({ kind: 'stop_account', note })
const refused = (about: 'reply_window' | 'recipient' | 'content' | 'thread', note: string): Meaning => ({
  kind: 'refused',
  about,
  note,
})
const wait = (scope: 'account' | 'app'): Meaning => ({ kind: 'wait', scope })

const WINDOW = refused('reply_window', 'The reply window has closed')
const ABSENT = refused('recipient', 'Meta says this person cannot receive messages')
const NOBODY = refused('recipient', 'Meta does not know this person')
const MARKETING = refused('content', 'Meta takes this for marketing the person did not ask for')
const BAD_FILE = refused('content', 'Meta did not accept the attached file')
const BAD_WORDS = refused('content', 'Meta did not accept the message')
const OTHER_OWNER = refused('thread', 'Another app holds this thread')
const NO_RIGHT = stop('The app or the account lacks a permission for sending')
const NOT_REVIEWED = stop('Meta has not reviewed the app for this')
const SANCTIONED = stop('Meta has restricted this account')
const SIGN_IN_AGAIN = reauthorise('The account must be connected again')

/**
 * `code/subcode`, then `*` with a subcode, then the code alone; the most exact row wins.
 * https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
 * https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes
 * https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export const errorTable: Readonly<Record<string, Meaning>> = {
  // Meta's own words for 1/1357046: messages were sent although an error came back. So no 1 is proof of anything.
  '1': uncertain('Meta reported an unknown error'),
  '1/99': uncertain('Meta reported an unknown error; often a permission is missing'),
  '1/1357046': uncertain('Meta reported an error, yet says such messages are sent'),
  '2': retry('Meta is temporarily unavailable'),
  '2/1545133': retry('Meta is temporarily unavailable'),
  '2/2018344': stop('The terms for labels have not been accepted'),
  // These two are documented for publishing, where trying again makes no copy; for a message they leave it open.
  '-1': uncertain('Meta reported a server error'),
  '-2': uncertain('Meta reported a timeout'),
  '3': NO_RIGHT,

  '4': wait('app'),
  '4/2018354': MARKETING,
  '9/2018352': MARKETING,
  '17': wait('account'),
  '32': wait('account'),
  '341': wait('app'),
  '613': wait('account'),
  '613/1996': wait('account'),
  '613/2534040': wait('account'),
  '613/1893016': MARKETING,
  '613/2018338': stop('Meta warns of abusive message tags'),
  '80001': wait('account'),
  '80002': wait('account'),
  '80006': wait('account'),

  '10': NO_RIGHT,
  '10/2018278': WINDOW,
  '10/2534022': WINDOW,
  '10/2018065': WINDOW,
  '10/2018108': ABSENT,
  '10/1893063': SANCTIONED,
  '10/1404170': MARKETING,
  '10/1893015': MARKETING,
  '10/2534077': reauthorise('The link between account, person and page is broken, or a second factor is needed'),

  '100': BAD_WORDS,
  '100/33': stop('Meta does not show us this account, or a permission is missing'),
  '100/2018001': NOBODY,
  '100/2534014': NOBODY,
  '100/2534013': stop('The page is not linked to an Instagram account'),
  '100/2534015': BAD_WORDS,
  '100/2534025': refused('recipient', 'This comment cannot be answered privately, or already was'),
  '100/2534029': stop('Meta has blocked this business from messaging'),
  '100/2534037': OTHER_OWNER,
  '*/2018300': OTHER_OWNER,
  '*/2018321': OTHER_OWNER,
  '100/2018008': BAD_FILE,
  '100/2018047': BAD_FILE,
  '100/2018074': BAD_FILE,
  '100/2018109': BAD_FILE,
  '100/2018294': BAD_FILE,
  '100/2018014': BAD_WORDS,
  '100/2018164': BAD_WORDS,
  '100/2018320': BAD_WORDS,
  '100/2018328': BAD_WORDS,

  '102': SIGN_IN_AGAIN,
  '190': SIGN_IN_AGAIN,
  '190/458': reauthorise('The owner removed the app from the account'),
  '190/459': reauthorise('Meta wants the owner to sign in and confirm something'),
  '190/460': reauthorise('The password of the account was changed'),
  '190/463': reauthorise('The token has expired'),
  '190/464': reauthorise('The owner has not confirmed the account'),
  '190/467': reauthorise('The token is no longer valid'),
  '190/492': reauthorise('The person who connected the account lost the role for it'),

  '200/1545041': ABSENT,
  '200/2018021': NOT_REVIEWED,
  '200/2018027': NOT_REVIEWED,
  '200/2018028': NOT_REVIEWED,
  '200/2534041': stop('The owner has switched off message access (Settings, Messages, Connected tools)'),
  '230': refused('recipient', 'The person has not agreed to be contacted'),
  '368': stop('Meta has blocked this account for a time because of its policies'),
  '506': uncertain('Meta says the same was just posted'),
  '551': ABSENT,
  '551/1545041': ABSENT,
  '2022': SANCTIONED,
  '9010': NOBODY,
  '36103': stop('The Instagram account is not eligible'),
  '1609005': refused('content', 'Meta could not read the link'),
  '9000001': refused('thread', 'The message was deleted'),
  '*/2534001': refused('thread', 'The thread was archived or deleted'),
  '*/2534068': refused('content', 'Meta does not take several pictures here'),
}

/** 200 to 299 are missing permissions, whatever the number. */
export const PERMISSION_RANGE: Meaning = NO_RIGHT
