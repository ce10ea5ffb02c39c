import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { type ConversationId, parseId } from '#src/domain/ids.ts'
import { type Env, type Room, readsOf, type Visit } from '../env.ts'
import { type Frame, frameOf } from '../frame.ts'
import { EmptyQueue, QueuePage } from '../pages/queue.tsx'
import { Pane } from '../parts/pane.tsx'
import type { Refusal } from '../parts/refusal.ts'
import type { ConversationView, ListItem, Page } from '../views.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { page } from './respond.ts'

const PAGE = 30

export function addQueue(app: Hono<Env>, room: Room): void {
  app.get('/', (c) => c.redirect('/queue', 303))

  app.get('/queue', async (c) => {
    const frame = await frameOf(c, room, 'queue')
    const opened = c.req.query('c')
    return page(c, await drawQueue(c, room, { frame, opened: opened ? parseId('conversation', opened) : undefined }))
  })
}

interface Drawing {
  frame: Frame
  opened: ConversationId | undefined
  refusal?: Refusal | undefined
}

/** The queue with one conversation open: the one named, else the first. */
export async function drawQueue(c: Visit, { config }: Room, { frame, opened, refusal }: Drawing) {
  const reads = readsOf(c)
  const after = readCursor(c.req.query('after'))
  const list = await reads.queue(after, PAGE)
  const current = opened ?? list.items[0]?.id
  const conversation = current && (await reads.conversation(current, config.now(), readCursor(c.req.query('before'))))
  if (opened && !conversation) throw new AppError('not_found', 'There is no such conversation')
  return (
    <QueuePage
      frame={frame}
      page={list}
      current={current}
      opened={opened !== undefined}
      isLater={after !== undefined}
      moreHref={moreHref(list)}
      pane={
        conversation ? (
          <QueuePane conversation={conversation} frame={frame} refusal={refusal} />
        ) : (
          <EmptyQueue frame={frame} />
        )
      }
    />
  )
}

function moreHref({ next }: Page<ListItem>): string | undefined {
  return next ? `/queue?after=${writeCursor(next)}` : undefined
}

function QueuePane({
  conversation,
  frame,
  refusal,
}: {
  conversation: ConversationView
  frame: Frame
  refusal: Refusal | undefined
}) {
  const { id, earlier } = conversation
  return (
    <Pane
      conversation={conversation}
      frame={frame}
      list={{ href: '/queue', label: 'Queue' }}
      back="/queue"
      earlierHref={earlier ? `/queue?c=${id}&before=${writeCursor(earlier)}` : undefined}
      refusal={refusal}
    />
  )
}
