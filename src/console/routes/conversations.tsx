import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { type ConversationId, parseId } from '#src/domain/ids.ts'
import { type Env, type Room, readsOf, type Visit } from '../env.ts'
import { type Frame, frameOf } from '../frame.ts'
import { ConversationPage, ConversationsPage } from '../pages/conversations.tsx'
import type { Refusal, Typed } from '../parts/refusal.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { page } from './respond.ts'

const PAGE = 40

export function addConversations(app: Hono<Env>, room: Room): void {
  app.get('/conversations', async (c) => {
    const search = (c.req.query('q') ?? '').trim().slice(0, 100)
    const before = readCursor(c.req.query('before'))
    const found = await readsOf(c).conversations(
      { ...(search && { search }), ...(before && { before }), at: room.config.now() },
      PAGE,
    )
    const frame = await frameOf(c, room, 'conversations')
    const moreHref = found.next ? `/conversations?before=${writeCursor(found.next)}` : undefined
    return page(c, <ConversationsPage frame={frame} page={found} search={search} moreHref={moreHref} />)
  })

  app.get('/conversations/:id', async (c) => {
    const id = parseId('conversation', c.req.param('id'))
    const frame = await frameOf(c, room, 'conversations')
    return page(c, await drawConversation(c, room, { frame, id }))
  })
}

interface Drawing {
  frame: Frame
  id: ConversationId
  refusal?: Refusal | undefined
  checked?: Typed | undefined
}

/** One conversation on its own page. */
export async function drawConversation(c: Visit, { config }: Room, { frame, id, ...typed }: Drawing) {
  const conversation = await readsOf(c).conversation(id, config.now(), readCursor(c.req.query('before')))
  if (!conversation) throw new AppError('not_found', 'There is no such conversation')
  const { earlier } = conversation
  return (
    <ConversationPage
      frame={frame}
      conversation={conversation}
      back={`/conversations/${id}`}
      earlierHref={earlier ? `/conversations/${id}?before=${writeCursor(earlier)}` : undefined}
      {...typed}
    />
  )
}
