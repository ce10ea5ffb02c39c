import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const types: Record<string, string> = {
  'sandbox.css': 'text/css; charset=utf-8',
  'sandbox.svg': 'image/svg+xml',
  'sandbox.js': 'text/javascript; charset=utf-8',
}

// Beside the module, as the build lays them out and as the sources have them.
const folder = new URL('../assets/', import.meta.url)

/** One of our own files, or nothing when it is none of them. */
export function readAsset(name: string): Response | undefined {
  const type = types[name]
  const path = fileURLToPath(new URL(name, folder))
  if (!type || !existsSync(path)) return undefined
  return new Response(readFileSync(path), { headers: { 'content-type': type, 'cache-control': 'no-cache' } })
}
