import { createRoute, z } from '@hono/zod-openapi'
import { answerError } from '#src/http/problem.ts'
import { limitRate } from '#src/http/rate.ts'
import { problems } from './answers.ts'
import { limitBody, strictJson } from './body.ts'
import type { ApiDeps } from './deps.ts'
import { type Api, type Env, json, newApi } from './env.ts'
import { countedBy, guard } from './guard.ts'
import { addHouse } from './routes/house.ts'
import { addKeys } from './routes/keys.ts'
import { addThreads } from './routes/threads.ts'
import { NoQuery } from './shapes/words.ts'

const BASE = '/api/v1'

/** The door for programs. Mount it at `/`: it knows its own address. */
export function createApi(deps: ApiDeps): Api {
  const api = newApi()
  const challenges = [`ApiKey realm="countersign"`, ...(deps.bearerOf ? ['Bearer realm="countersign"'] : [])].join(', ')
  api.onError((error, c) => {
    const answer = answerError(error, c)
    if (answer.status === 401) answer.headers.set('www-authenticate', challenges)
    return answer
  })
  const limited = limitRate<Env>((c) => countedBy(c.get('actor'), deps))
  api.use(limitBody, guard(deps), limited, strictJson, async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
  })
  addThreads(api, deps)
  addHouse(api, deps)
  addKeys(api, deps)
  addDocument(api)
  return api
}

const readDocument = createRoute({
  method: 'get',
  path: '/openapi.json',
  summary: 'This document',
  request: { query: NoQuery },
  responses: { 200: json(z.record(z.string(), z.unknown()), 'OpenAPI 3.1'), ...problems },
})

function addDocument(api: Api): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'apiKey', in: 'header', name: 'X-API-Key' })
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  api.openapi(readDocument, (c) => c.json(plain(documentOf(api)), 200))
}

/** As it will be written: the types of the document leave room for what JSON does not know. */
function plain(document: object): Record<string, string> {
  return document as Record<string, string>
}

function documentOf(api: Api) {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1',
      description:
        'Reads conversations, drafts and what became of replies. Only a person approves a reply, in the console.',
    },
    servers: [{ url: BASE }],
    security: [{ key: [] }, { bearer: [] }],
  })
}
