import type { Child } from 'hono/jsx'
import type { ConversationId } from '#src/domain/ids.ts'
import { type Choice, isChosen, queueHref } from '../choice.ts'
import type { Facets } from '../desk-views.ts'
import type { Frame } from '../frame.ts'
import { Filters, KeepView, Presets } from '../parts/filters.tsx'
import { Icon, Mark } from '../parts/icons.tsx'
import { counted, Layout } from '../parts/layout.tsx'
import { List } from '../parts/list.tsx'
import type { ListItem, Page } from '../views.ts'

interface QueueProps {
  frame: Frame
  page: Page<ListItem>
  choice: Choice
  facets: Facets
  current: ConversationId | undefined
  /** The address names a conversation: on a phone it is shown in place of the list. */
  opened: boolean
  moreHref: string | undefined
  /** This page is not the queue's beginning. */
  isLater: boolean
  pane: Child
}

/** The review queue: what is due first stands first. */
export function QueuePage(props: QueueProps) {
  const { frame, page, choice, facets, current, opened, moreHref, isLater, pane } = props
  const { queue } = frame.overview
  return (
    <Layout frame={frame} title="Queue" shape="panes">
      <div class={opened ? 'split is-open' : 'split'}>
        <section class="list" id="list" aria-label="Review queue">
          <header class="list-head">
            <h1>Queue</h1>
            <p class="muted">{queue === 0 ? 'Nothing waits' : `${counted(queue)} waiting, nearest deadline first`}</p>
            <Presets choice={choice} facets={facets} mayApprove={frame.may('decide')} />
            <Filters frame={frame} choice={choice} facets={facets} />
            <KeepView choice={choice} facets={facets} />
          </header>
          {isLater && (
            <a class="button more" href={queueHref(choice)}>
              Back to the beginning
            </a>
          )}
          {page.items.length === 0 && (
            <p class="list-empty muted">
              {isChosen(choice) ? 'Nothing that waits was chosen here.' : 'No conversation waits for you.'}
            </p>
          )}
          <List
            frame={frame}
            page={page}
            hrefOf={(id) => `${queueHref(choice, { c: id })}#composer`}
            current={current}
            moreHref={moreHref}
            by="deadline"
          />
        </section>
        <div class="split-pane" id="split-pane">
          {pane}
        </div>
      </div>
    </Layout>
  )
}

/** What stands in the reading pane when there is nothing to read. */
export function EmptyQueue({ frame, choice }: { frame: Frame; choice: Choice }) {
  if (isChosen(choice)) return <NothingChosen othersWait={frame.overview.queue > 0} />
  return (
    <section class="empty" id="pane">
      <Mark />
      <h2>All clear</h2>
      <p>
        Every conversation has its answer. New messages appear here by themselves, with a draft, usually within seconds.
      </p>
      <p class="row centred">
        {frame.sandbox && frame.sandboxUrl && (
          <a class="button button-primary" href={frame.sandboxUrl} target="_blank" rel="noreferrer">
            Write as a contact
          </a>
        )}
        <a class="button" href="/conversations">
          <Icon name="conversations" />
          Recent conversations
        </a>
        <a class="button" href="/outbox">
          <Icon name="outbox" />
          What was sent
        </a>
      </p>
    </section>
  )
}

function NothingChosen({ othersWait }: { othersWait: boolean }) {
  return (
    <section class="empty" id="pane">
      <Mark />
      <h2>Nothing here</h2>
      <p>
        {othersWait
          ? 'What you chose is done. Other conversations still wait.'
          : 'Nothing that waits fits what you chose.'}
      </p>
      <p class="row centred">
        <a class="button button-primary" href="/queue">
          The whole queue
        </a>
      </p>
    </section>
  )
}
