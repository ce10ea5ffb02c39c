import { Hono } from 'hono'
import { z } from 'zod'
import type { Core } from './core.ts'
import type { Phone } from './phone.ts'
import { refuseWith } from './stage.ts'

const Words = z.string().trim().min(1).max(8000)
const Saying = z.strictObject({
  accountRef: z.string().optional(),
  /** Who says it: somebody known, or somebody new of this name. */
  contactRef: z.string().optional(),
  name: z.string().trim().min(1).max(200).default('Guest'),
  text: Words,
})

const flag = z.boolean().optional()
const Mentioning = Saying.extend({ isPost: flag, idsOnly: flag, isClosed: flag })

/** What people do in public, over HTTP. */
export function createCommentRoutes(phone: Phone, { world }: Core) {
  const standing = (ref: string) => world.comments.find(({ commentRef, deleted }) => commentRef === ref && !deleted)
  return new Hono()
    .onError(refuseWith)
    .get('/comments', (c) => c.json({ comments: world.comments }))
    .post('/comments', async (c) => {
      void phone.comment(Saying.parse(await c.req.json()))
      return c.json(world.comments.at(-1), 201)
    })
    .patch('/comments/:ref', async (c) => {
      const comment = standing(c.req.param('ref'))
      if (!comment) return c.json({ error: 'No comment of this sandbox' }, 404)
      void phone.rewordComment(comment.commentRef, z.strictObject({ text: Words }).parse(await c.req.json()).text)
      return c.json(comment)
    })
    .delete('/comments/:ref', (c) => {
      const comment = standing(c.req.param('ref'))
      if (!comment) return c.json({ error: 'No comment of this sandbox' }, 404)
      void phone.removeComment(comment.commentRef)
      return c.json(comment)
    })
    .post('/mentions', async (c) => {
      void phone.mention(Mentioning.parse(await c.req.json()))
      return c.json(world.mentions.at(-1), 201)
    })
    .get('/mentions', (c) => c.json({ mentions: world.mentions }))
}
