import type { AccountId } from '#src/domain/ids.ts'
import { platformRules } from '#src/domain/platform.ts'
import type { ContactLine, ContactView } from '../contact-views.ts'
import type { Frame } from '../frame.ts'
import type { AccountView } from '../house-views.ts'
import { ErasureForm } from '../parts/erasure.tsx'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { List } from '../parts/list.tsx'
import { Initial, Name, nameOf, Revealed } from '../parts/revealed.tsx'
import { When } from '../parts/time.tsx'

interface ContactsProps {
  frame: Frame
  people: ContactLine[]
  search: string
  accountId: AccountId | undefined
  accounts: AccountView[]
  moreHref: string | undefined
}

/** Everybody who wrote, the newest first. */
export function ContactsPage({ frame, people, search, accountId, accounts, moreHref }: ContactsProps) {
  return (
    <Layout frame={frame} title="Contacts">
      <div class="column">
        <header class="page-head">
          <h1>Contacts</h1>
          <search>
            <form method="get" action="/contacts" class="search">
              <label class="sr" for="search">
                Search names
              </label>
              <input
                id="search"
                type="search"
                name="q"
                value={search}
                placeholder="How a name begins"
                maxlength={100}
                autocomplete="off"
              />
              <label class="sr" for="contact-account">
                Account
              </label>
              <select id="contact-account" name="account">
                <option value="">All accounts</option>
                {accounts.map(({ id, name }) => (
                  <option value={id} selected={id === accountId}>
                    {name}
                  </option>
                ))}
              </select>
              <button type="submit" class="button">
                Search <kbd>/</kbd>
              </button>
            </form>
          </search>
        </header>
        {people.length === 0 ? (
          <p class="muted">{search ? `Nobody’s name begins with “${search}”.` : 'Nobody has written yet.'}</p>
        ) : (
          <ol class="posts">
            {people.map((person) => (
              <Line frame={frame} person={person} />
            ))}
          </ol>
        )}
        {moreHref && (
          <a class="button more" href={moreHref}>
            Earlier contacts
          </a>
        )}
      </div>
    </Layout>
  )
}

function Line({ frame, person }: { frame: Frame; person: ContactLine }) {
  return (
    <li class="post">
      <Initial id={person.id} name={nameOf(person)} />
      <div class="post-body">
        <p class="post-top">
          <a href={`/contacts/${person.id}`}>
            <Name of={person} />
          </a>
          <span class="muted">
            <bdi>{person.accountName}</bdi>
          </span>
        </p>
        <p class="post-foot">
          <Written frame={frame} person={person} />
          {person.optedOutAt && <span class="tag tag-warn">Wants no messages</span>}
        </p>
      </div>
    </li>
  )
}

function Written({ frame, person }: { frame: Frame; person: ContactLine }) {
  return (
    <>
      {person.contactUsername && person.contactName && (
        <bdi>
          <Revealed text={`@${person.contactUsername}`} />
        </bdi>
      )}
      <span>{platformRules[person.platform].name}</span>
      <span>
        Known since <When at={person.createdAt} clock={frame} />
      </span>
      {person.lastAt && (
        <span>
          last wrote <When at={person.lastAt} clock={frame} />
        </span>
      )}
    </>
  )
}

/** One person: where they write, what we said, what was noted, and their rights over it. */
export function ContactPage({ frame, contact }: { frame: Frame; contact: ContactView }) {
  const { conversations } = contact
  return (
    <Layout frame={frame} title={nameOf(contact)}>
      <div class="column">
        <header class="page-head">
          <a class="pane-back" href="/contacts">
            <Icon name="back" />
            <span>Contacts</span>
          </a>
          <h1>
            <Name of={contact} />
          </h1>
          <p class="post-foot">
            <a href={`/accounts/${contact.accountId}`}>{contact.accountName}</a>
            <Written frame={frame} person={contact} />
          </p>
        </header>
        {contact.optedOutAt && (
          <p class="refused">
            <Icon name="warning" />
            <span>
              Asked for no more messages <When at={contact.optedOutAt} clock={frame} />; nothing is sent until they
              write again.
            </span>
          </p>
        )}
        <section class="group" aria-label="Conversations">
          <h2>Conversations</h2>
          <div class="list list-page">
            <List
              frame={frame}
              page={{ items: conversations, next: null }}
              hrefOf={(id) => `/conversations/${id}`}
              moreHref={undefined}
              by="recency"
            />
          </div>
        </section>
        <Replies frame={frame} contact={contact} />
        <Notes frame={frame} contact={contact} />
        <Rights frame={frame} contact={contact} />
      </div>
    </Layout>
  )
}

const states = {
  ...{ queued: 'on its way', sending: 'on its way', sent: 'sent', failed: 'not sent' },
  ...{ uncertain: 'nobody knows whether it arrived', cancelled: 'taken back' },
}

function Replies({ frame, contact: { posts } }: { frame: Frame; contact: ContactView }) {
  return (
    <section class="group">
      <h2>Our replies</h2>
      <ol class="posts">
        {posts.length === 0 && <li class="post-none muted">None was approved here.</li>}
        {posts.map(({ text, status, sentAt, createdAt, conversationId }) => (
          <li class="post">
            <div class="post-body">
              <p class="post-text" dir="auto">
                <Revealed text={text} />
              </p>
              <p class="post-foot">
                <span>{states[status]}</span>
                <When at={sentAt ?? createdAt} clock={frame} />
                <a href={`/conversations/${conversationId}`}>In its conversation</a>
              </p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Notes({ frame, contact: { notes } }: { frame: Frame; contact: ContactView }) {
  if (notes.length === 0) return null
  return (
    <section class="group">
      <h2>Notes of colleagues</h2>
      <ol class="posts">
        {notes.map(({ text, by, createdAt }) => (
          <li class="post">
            <div class="post-body">
              <p class="post-text" dir="auto">
                {text}
              </p>
              <p class="post-foot">
                <bdi>{by ?? 'An operator'}</bdi> <When at={createdAt} clock={frame} />
              </p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** What they may ask of us. */
function Rights({ frame, contact }: { frame: Frame; contact: ContactView }) {
  const [newest] = contact.conversations
  if (!frame.may('export')) return null
  return (
    <section class="card">
      <h2>What they may ask for</h2>
      <form method="post" action={`/contacts/${contact.id}/export`} class="stack">
        <p>
          <strong>Their data.</strong> Names, messages, replies and notes of this person as one file. That you took it
          goes on the record.
        </p>
        <p>
          <button type="submit" class="button">
            Download
          </button>
        </p>
      </form>
      {newest && <ErasureForm conversation={newest} frame={frame} />}
    </section>
  )
}
