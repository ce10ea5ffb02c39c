import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { acceptsGzip } from '#src/http/gzip.ts'
import type { Env, Room } from '../env.ts'

/** Our own styles and scripts; a browser keeps them for as long as it likes, because a change gives them a new address. */
export function addAssets(app: Hono<Env>, { assets }: Room): void {
  app.get('/assets/:version/:name', (c) => {
    const asset = assets.find(c.req.param('name'))
    if (!asset) throw new AppError('not_found', 'There is no such file')
    const current = c.req.param('version') === assets.version
    const isPacked = acceptsGzip(c)
    return c.body(isPacked ? asset.gzipped : asset.body, 200, {
      ...(isPacked && { 'content-encoding': 'gzip' }),
      vary: 'accept-encoding',
      'content-type': asset.type,
      'cache-control': current ? 'public, max-age=31536000, immutable' : 'no-store',
    })
  })
}
