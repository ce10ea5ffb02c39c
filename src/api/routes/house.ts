import { createRoute, z } from '@hono/zod-openapi'
import { parseId } from '#src/domain/ids.ts'
import { missing, problems } from '../answers.ts'
import { readId, readNumber, writeId, writeNumber } from '../cursors.ts'
import type { ApiDeps } from '../deps.ts'
import { type Api, actorOf, json } from '../env.ts'
import { paged, present } from '../paged.ts'
import { AuditEntry, AuditQuery } from '../shapes/audit.ts'
import { Account, Alert, AlertQuery, Post, PostQuery, Status } from '../shapes/house.ts'
import { NoQuery, pageOf } from '../shapes/words.ts'

const params = z.object({ id: z.string() })

const listPosts = createRoute({
  method: 'get',
  path: '/outbox',
  summary: 'Approved replies and what became of them, the newest first',
  request: { query: PostQuery },
  responses: { 200: json(pageOf(Post), 'A page'), ...problems },
})

const readPost = createRoute({
  method: 'get',
  path: '/outbox/{id}',
  summary: 'One approved reply',
  request: { params, query: NoQuery },
  responses: { 200: json(Post, 'The post'), ...missing, ...problems },
})

const listAccounts = createRoute({
  method: 'get',
  path: '/accounts',
  summary: 'Every connected account, without its secrets',
  request: { query: NoQuery },
  responses: { 200: json(pageOf(Account), 'All of them'), ...problems },
})

const readAccount = createRoute({
  method: 'get',
  path: '/accounts/{id}',
  summary: 'One connected account',
  request: { params, query: NoQuery },
  responses: { 200: json(Account, 'The account'), ...missing, ...problems },
})

const readStatus = createRoute({
  method: 'get',
  path: '/status',
  summary: 'Whether all goes well, in numbers',
  request: { query: NoQuery },
  responses: { 200: json(Status, 'At this moment'), ...problems },
})

const listAudit = createRoute({
  method: 'get',
  path: '/audit',
  summary: 'The record, the newest entry first',
  request: { query: AuditQuery },
  responses: { 200: json(pageOf(AuditEntry), 'A page'), ...problems },
})

const listAlerts = createRoute({
  method: 'get',
  path: '/alerts',
  summary: 'Alerts, the newest first',
  request: { query: AlertQuery },
  responses: { 200: json(pageOf(Alert), 'A page'), ...problems },
})

const acknowledge = createRoute({
  method: 'post',
  path: '/alerts/{id}/acknowledgement',
  summary: 'Takes note of an alert; it stays open until what it tells of is over. Safe to repeat.',
  request: { params, query: NoQuery },
  responses: { 200: json(Alert, 'The alert'), ...missing, ...problems },
})

/** What is on its way, the accounts, and how the house is. */
export function addHouse(api: Api, deps: ApiDeps): void {
  const { reads, status } = deps

  api.openapi(listPosts, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const page = await reads(actorOf(c).reach).posts(filter, { after: readId(cursor), limit })
    return c.json(paged(c, page.items, page.next && writeId(page.next)), 200)
  })

  api.openapi(readPost, async (c) => {
    const id = parseId('post', c.req.valid('param').id)
    return c.json(present(await reads(actorOf(c).reach).post(id), 'post'), 200)
  })

  api.openapi(listAccounts, async (c) =>
    c.json({ data: await reads(actorOf(c).reach).accounts(), nextCursor: null }, 200),
  )

  api.openapi(readAccount, async (c) => {
    const id = parseId('account', c.req.valid('param').id)
    return c.json(present(await reads(actorOf(c).reach).account(id), 'account'), 200)
  })

  api.openapi(readStatus, async (c) => c.json(await status(actorOf(c).reach), 200))

  api.openapi(listAudit, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const page = await reads(actorOf(c).reach).audit(filter, { after: readNumber(cursor), limit })
    return c.json(paged(c, page.items, page.next === null ? null : writeNumber(page.next)), 200)
  })

  addAlerts(api, deps)
}

function addAlerts(api: Api, { reads, acknowledge: takeNote }: ApiDeps): void {
  api.openapi(listAlerts, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const page = await reads(actorOf(c).reach).alerts(filter, { after: readId(cursor), limit })
    return c.json(paged(c, page.items, page.next && writeId(page.next)), 200)
  })

  api.openapi(acknowledge, async (c) => {
    const id = parseId('alert', c.req.valid('param').id)
    const { kind, id: by, reach } = actorOf(c)
    await takeNote({ id, reach, by: { kind, id: by } })
    return c.json(present(await reads(reach).alert(id), 'alert'), 200)
  })
}
