import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { type ConversationId, parseId } from '#src/domain/ids.ts'
import { asked, type Choice, queueHref, readChoice } from '../choice.ts'
import { type Env, type Room, readsOf, type Visit } from '../env.ts'
import { type Frame, frameOf } from '../frame.ts'
import { EmptyQueue, QueuePage } from '../pages/queue.tsx'
import { Pane } from '../parts/pane.tsx'
import type { Refusal, Typed } from '../parts/refusal.ts'
import type { ConversationView } from '../views.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { page } from './respond.ts'

const PAGE = 30

export function addQueue(app: Hono<Env>, room: Room): void {
  app.get('/', (c) => c.redirect('/queue', 303))

  app.get('/queue', async (c) => {
    const frame = await frameOf(c, room, 'queue')
    const opened = c.req.query('c')
    const choice = readChoice(new URL(c.req.url).searchParams)
    const id = opened ? parseId('conversation', opened) : undefined
    return page(c, await drawQueue(c, room, { frame, choice, opened: id }))
  })
}

interface Drawing {
  frame: Frame
  choice: Choice
  opened: ConversationId | undefined
  refusal?: Refusal | undefined
  checked?: Typed | undefined
}

/** What was chosen of the queue with one conversation open: the one named, else the first. */
export async function drawQueue(c: Visit, { config }: Room, { frame, choice, opened, ...typed }: Drawing) {
  const reads = readsOf(c)
  const after = readCursor(c.req.query('after'))
  const at = config.now()
  const list = await reads.queue({ choice: asked(choice, frame.operator.id), after, at }, PAGE)
  const current = opened ?? list.items[0]?.id
  const conversation = current && (await reads.conversation(current, at, readCursor(c.req.query('before'))))
  if (opened && !conversation) throw new AppError('not_found', 'There is no such conversation')
  return (
    <QueuePage
      frame={frame}
      page={list}
      choice={choice}
      facets={await reads.facets(frame.operator.id)}
      current={current}
      opened={opened !== undefined}
      isLater={after !== undefined}
      moreHref={list.next ? queueHref(choice, { after: writeCursor(list.next) }) : undefined}
      pane={
        conversation ? (
          <QueuePane conversation={conversation} frame={frame} choice={choice} {...typed} />
        ) : (
          <EmptyQueue frame={frame} choice={choice} />
        )
      }
    />
  )
}

interface PaneProps {
  conversation: ConversationView
  frame: Frame
  choice: Choice
  refusal?: Refusal | undefined
  checked?: Typed | undefined
}

function QueuePane({ choice, ...props }: PaneProps) {
  const { id, earlier } = props.conversation
  const back = queueHref(choice)
  const here = queueHref(choice, { c: id })
  return (
    <Pane
      {...props}
      list={{ href: back, label: 'Queue' }}
      back={back}
      earlierHref={earlier ? `${here}&before=${writeCursor(earlier)}` : undefined}
    />
  )
}
