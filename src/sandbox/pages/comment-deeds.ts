import { Hono } from 'hono'
import { z } from 'zod'
import { namesUser } from '#src/domain/mention.ts'
import { platforms } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'
import type { Account } from '../entries.ts'
import type { Phone } from '../phone.ts'

const Words = z.object({ text: z.string().trim().min(1).max(1000) })
const Remark = Words.extend({
  name: z.string().trim().min(1).max(60),
  platform: z.enum(platforms),
  place: z.enum(['home', 'comment', 'post']).default('home'),
})

/** Whoever speaks elsewhere names the shop, or Meta would tell nobody. */
function saidBy(phone: Phone, { accountRef, username }: Account, { name, text, place }: z.infer<typeof Remark>): void {
  if (place === 'home') return void phone.comment({ name, text, accountRef })
  const named = namesUser(text, username) ? text : `@${username} ${text}`
  void phone.mention({ name, text: named, accountRef, isPost: place === 'post' })
}

/** The forms about comments. What a form would not let through changes nothing. */
export function createCommentDeeds(core: Core, phone: Phone) {
  const isTheirs = (ref: string) => {
    const comment = core.world.comments.find(({ commentRef }) => commentRef === ref)
    return comment !== undefined && !comment.deleted && comment.contactRef !== comment.accountRef
  }
  return new Hono()
    .post('/comments', async (c) => {
      const { data } = Remark.safeParse(await c.req.parseBody())
      const account = data?.platform === 'messenger' ? core.page : core.account
      if (data && account) saidBy(phone, account, data)
      return c.redirect('/', 303)
    })
    .post('/mentions/:ref/removal', (c) => {
      const ref = c.req.param('ref')
      if (core.world.mentions.some(({ commentRef }) => commentRef === ref)) void phone.removeMention(ref)
      return c.redirect('/', 303)
    })
    .post('/comments/:ref/removal', (c) => {
      const ref = c.req.param('ref')
      if (isTheirs(ref)) void phone.removeComment(ref)
      return c.redirect('/', 303)
    })
    .post('/comments/:ref/words', async (c) => {
      const ref = c.req.param('ref')
      const { data } = Words.safeParse(await c.req.parseBody())
      if (data && isTheirs(ref)) void phone.rewordComment(ref, data.text)
      return c.redirect('/', 303)
    })
}
