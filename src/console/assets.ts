import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

interface Asset {
  body: Uint8Array<ArrayBuffer>
  gzipped: Uint8Array<ArrayBuffer>
  type: string
}

export interface AssetStore {
  /** Where the file is served; changes with any of the files, so that a browser may keep it for ever. */
  url(name: string): string
  find(name: string): Asset | undefined
  version: string
}

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
}

/** Reads the files once, from beside the code or, when the code was built without them, from the sources. */
export function loadAssets(): AssetStore {
  const folder = ['./assets/', '../../../src/console/assets/']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url))
  if (!folder) throw new Error('The console’s assets are missing: run npm run build')
  const files = new Map<string, Asset>()
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    const type = types[name.split('.').at(-1) ?? '']
    if (!type) continue
    const body = new Uint8Array(readFileSync(new URL(name, folder)))
    files.set(name, { body, gzipped: new Uint8Array(gzipSync(body, { level: 9 })), type })
    hash.update(name).update(body)
  }
  const version = hash.digest('hex').slice(0, 16)
  return { url: (name) => `/assets/${version}/${name}`, find: (name) => files.get(name), version }
}
