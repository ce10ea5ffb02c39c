import type { Frame } from '../frame.ts'
import { Layout } from '../parts/layout.tsx'
import { List } from '../parts/list.tsx'
import { Pane } from '../parts/pane.tsx'
import type { Refusal, Typed } from '../parts/refusal.ts'
import { nameOf } from '../parts/revealed.tsx'
import type { ConversationView, ListItem, Page } from '../views.ts'

interface ConversationsProps {
  frame: Frame
  page: Page<ListItem>
  search: string
  moreHref: string | undefined
}

/** Every conversation, the newest first. */
export function ConversationsPage({ frame, page, search, moreHref }: ConversationsProps) {
  return (
    <Layout frame={frame} title="Conversations">
      <div class="column">
        <header class="page-head">
          <h1>Conversations</h1>
          <search>
            <form method="get" action="/conversations" class="search">
              <label class="sr" for="search">
                Search names and words
              </label>
              <input
                id="search"
                type="search"
                name="q"
                value={search}
                placeholder="Name, or words that were said"
                maxlength={100}
                autocomplete="off"
              />
              <button type="submit" class="button">
                Search <kbd>/</kbd>
              </button>
            </form>
          </search>
        </header>
        <section class="list list-page" id="list" aria-label="Conversations">
          {page.items.length === 0 && <NoConversations frame={frame} search={search} />}
          <List
            frame={frame}
            page={page}
            hrefOf={(id) => `/conversations/${id}#composer`}
            moreHref={moreHref}
            by="recency"
          />
        </section>
      </div>
    </Layout>
  )
}

function NoConversations({ frame, search }: { frame: Frame; search: string }) {
  if (search) {
    return (
      <div class="empty">
        <h2>Nothing found for “{search}”</h2>
        <p>
          The search looks at the beginning of names and user names, and into the messages of the last 90 days, the
          newest 20,000 of them.
        </p>
        <p>
          <a class="button" href="/conversations">
            All conversations
          </a>
        </p>
      </div>
    )
  }
  return (
    <div class="empty">
      <h2>No conversations yet</h2>
      <p>
        As soon as somebody writes to a connected account, the conversation appears here.
        {!frame.sandbox && ' If nothing arrives, look at the account and at the webhook’s subscription.'}
      </p>
      <p class="row centred">
        {frame.sandbox && frame.sandboxUrl ? (
          <a class="button button-primary" href={frame.sandboxUrl} target="_blank" rel="noreferrer">
            Write as a contact
          </a>
        ) : (
          <a class="button" href="/accounts">
            Accounts
          </a>
        )}
      </p>
    </div>
  )
}

/** One conversation on a page of its own. */
export function ConversationPage(props: {
  frame: Frame
  conversation: ConversationView
  back: string
  earlierHref: string | undefined
  refusal?: Refusal | undefined
  checked?: Typed | undefined
}) {
  const { frame, conversation } = props
  return (
    <Layout frame={frame} title={nameOf(conversation)} shape="panes">
      <div class="alone">
        <Pane {...props} list={{ href: '/conversations', label: 'Conversations' }} />
      </div>
    </Layout>
  )
}
