import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { acceptsGzip } from '#src/http/gzip.ts'
import type { Env, Room } from '../env.ts'

/** Our own styles and scripts; a browser keeps them for as long as it likes, because a change gives them a new address. */
export function addAssets(app: Hono<Env>, { assets }: Room): void {
  app.get('/manifest.webmanifest', (c) =>
    c.json(manifestOf(assets.url), 200, { 'content-type': 'application/manifest+json' }),
  )

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

/** What a phone or a desktop needs to keep the console like a program of its own. Without a session it opens at the sign-in. */
function manifestOf(url: Room['assets']['url']) {
  return {
    id: '/queue',
    name: 'Countersign',
    short_name: 'Countersign',
    description: 'Replies that Claude drafts and a person countersigns',
    start_url: '/queue',
    scope: '/',
    display: 'standalone',
    background_color: '#f5f4f0',
    theme_color: '#14605a',
    icons: [
      { src: url('icon.svg'), type: 'image/svg+xml', sizes: 'any' },
      { src: url('icon-192.png'), type: 'image/png', sizes: '192x192' },
      { src: url('icon-512.png'), type: 'image/png', sizes: '512x512' },
      { src: url('icon-512.png'), type: 'image/png', sizes: '512x512', purpose: 'maskable' },
    ],
    shortcuts: [{ name: 'Outbox', url: '/outbox' }],
  }
}
