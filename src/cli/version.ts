import { existsSync, readFileSync } from 'node:fs'

/** Beside the sources, and one folder further up beside the built ones. */
const places = ['../../package.json', '../../../package.json']

export function version(): string {
  for (const place of places) {
    const file = new URL(place, import.meta.url)
    if (existsSync(file)) return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version)
  }
  return 'unknown'
}
