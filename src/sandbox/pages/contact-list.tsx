import type { Core } from '../core.ts'
import { type Contact, type KeptMessage, threadOf } from '../world.ts'
import { Avatar } from './avatar.tsx'
import { Comments, NewComment } from './comments.tsx'
import { Mentions } from './mentions.tsx'
import { sayAgo } from './times.ts'

interface ListProps {
  core: Core
  chosen: string | undefined
  trouble: string | undefined
}

/** Everybody who wrote, newest first, and those who only commented. */
export function ContactList({ core, chosen, trouble }: ListProps) {
  const { world } = core
  const commenters = new Set(world.comments.map(({ contactRef }) => contactRef))
  const people = [...world.contacts.values()]
    .map((contact) => ({ contact, last: threadOf(world, contact.contactRef).at(-1) }))
    .filter(({ contact, last }) => last || !commenters.has(contact.contactRef))
    .sort((a, b) => (b.last?.at ?? Number.MAX_SAFE_INTEGER) - (a.last?.at ?? Number.MAX_SAFE_INTEGER))
  return (
    <nav class="people" aria-label="People">
      <div id="people" data-live>
        {people.length === 0 && (
          <p class="quiet">Nobody has written yet. The first conversations arrive once the shop is connected.</p>
        )}
        <ul>
          {people.map(({ contact, last }) => (
            <li>
              <Person contact={contact} last={last} now={core.clock()} isChosen={contact.contactRef === chosen} />
            </li>
          ))}
        </ul>
        <Comments core={core} />
        <Mentions core={core} />
      </div>
      <form class="new-person" method="post" action="/contacts">
        <label for="name">Somebody new</label>
        <input id="name" name="name" required maxlength={60} autocomplete="off" placeholder="Name" dir="auto" />
        <button type="submit">Add</button>
        {world.accounts.size > 1 && <Accounts core={core} />}
        {trouble && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
      </form>
      <NewComment core={core} />
    </nav>
  )
}

const ACCOUNTS_SHOWN = 50

/** Whom somebody new will write to. */
function Accounts({ core }: { core: Core }) {
  const accounts = [...core.world.accounts.values()].slice(0, ACCOUNTS_SHOWN)
  return (
    <>
      <label for="to">Writes to</label>
      <select id="to" name="to">
        {accounts.map(({ accountRef, name, platform }) => (
          <option value={accountRef}>
            {name}, {platform === 'messenger' ? 'Messenger' : 'Instagram'}
          </option>
        ))}
      </select>
    </>
  )
}

interface PersonProps {
  contact: Contact
  last: KeptMessage | undefined
  now: number
  isChosen: boolean
}

function Person({ contact, last, now, isChosen }: PersonProps) {
  return (
    <a class="person" href={`/contacts/${contact.contactRef}`} aria-current={isChosen ? 'page' : undefined}>
      <Avatar name={contact.name} />
      <span class="name" dir="auto">
        {contact.name}
      </span>
      {last && <time datetime={new Date(last.at).toISOString()}>{sayAgo(last.at, now)}</time>}
      <span class="last" dir={last?.from === 'contact' ? 'auto' : undefined}>
        {last ? <LastLine message={last} /> : 'Has not written yet'}
      </span>
    </a>
  )
}

// The contact's own line decides its direction; what follows a word of ours has to be set apart from it.
function LastLine({ message }: { message: KeptMessage }) {
  const said = message.deleted ? 'Unsent a message' : message.text || 'Sent a picture'
  if (message.from === 'contact') return <>{said}</>
  return (
    <>
      <b>Shop: </b>
      <bdi>{said}</bdi>
    </>
  )
}
