import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { breachesIn } from './support/walls.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

function sources(): string[] {
  return ['src', 'workers', 'db'].flatMap((top) =>
    readdirSync(`${root}${top}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
      .map((name) => `${top}/${name}`),
  )
}

describe('the walls of the house', () => {
  it('stand: no file imports what its room may not', () => {
    const files = sources()
    expect(files.length).toBeGreaterThan(80)
    expect(files.flatMap((path) => breachesIn(path, readFileSync(`${root}${path}`, 'utf8')))).toEqual([])
  })

  it.each([
    ['a door reading the database', 'src/console/pages/x.tsx', "import { findDraft } from '#db/drafts.ts'"],
    ['the domain importing a room', 'src/domain/x.ts', "import { seal } from '#src/vault/keyring.ts'"],
    ['the domain importing a package', 'src/domain/x.ts', "import { z } from 'zod'"],
    ['the domain importing Node', 'src/domain/x.ts', "import { createHash } from 'node:crypto'"],
    ['a package away from home', 'src/flow/x.ts', "import { eq } from 'drizzle-orm'"],
    ['a scoped package away from home', 'src/flow/x.ts', "import Anthropic from '@anthropic-ai/sdk'"],
    ['a relative climb', 'src/flow/x.ts', "import { newId } from '../domain/ids.ts'"],
    ['a far climb', 'src/console/pages/x.tsx', "import { drafts } from '../../../db/schema/drafts.ts'"],
    ['a dynamic import', 'src/webhooks/x.ts', "const x = await import('#db/client.ts')"],
    ['a hidden dynamic import', 'src/webhooks/x.ts', 'const x = await import(name)'],
    ['a re-export', 'src/limits/x.ts', "export { connect } from '#db/client.ts'"],
    ['an import for its effect', 'src/limits/x.ts', "import '#db/client.ts'"],
    ['the product knowing its sandbox', 'src/flow/x.ts', "import { createSandbox } from '#src/sandbox/sandbox.ts'"],
    ['a file outside every room', 'src/helpers/x.ts', ''],
    ['an import over several lines', 'src/http/x.ts', "import {\n  one,\n  two,\n} from '#db/client.ts'"],
  ])('catch %s', (_breach, path, source) => {
    expect(breachesIn(path, source)).toHaveLength(1)
  })

  it.each([
    ['a neighbour in the room', 'src/flow/x.ts', "import { approve } from './approve.ts'"],
    ['a room that is allowed', 'src/flow/x.ts', "import { newId } from '#src/domain/ids.ts'"],
    [
      'the one file of a room that is allowed',
      'src/webhooks/x.ts',
      "import type { PlatformAdapter } from '#src/platforms/adapter.ts'",
    ],
    ['a package at home', 'db/x.ts', "import { eq } from 'drizzle-orm'"],
    ['a word in a comment', 'src/domain/x.ts', "/* import { z } from 'zod' */"],
  ])('let %s pass', (_case, path, source) => {
    expect(breachesIn(path, source)).toEqual([])
  })
})

describe('a call to somebody outside', () => {
  // A call and its options stand together in this house: what is asked for is looked for on the lines of the call.
  const callsWithout = (source: string, call: RegExp, deadline: RegExp) =>
    [...source.matchAll(call)]
      .map(({ index }) => source.slice(index, index + 200))
      .filter((code) => !deadline.test(code))
  const fetches = (source: string) => callsWithout(source, /\bfetch\(/g, /\bsignal\b/)
  const otherWays = (source: string) => source.match(/from '(node:)?(https?|undici|net|tls)'/g) ?? []

  it('has a deadline', () => {
    const files = sources().map((path) => ({ path, source: readFileSync(`${root}${path}`, 'utf8') }))
    const open = files.filter(({ source }) => fetches(source).length > 0).map(({ path }) => path)
    expect(open).toEqual([])
    expect(files.filter(({ source }) => source.includes('fetch(')).length).toBeGreaterThan(2)
  })

  it('is made with fetch or a driver, nothing else', () => {
    const allowed = /^src\/(sandbox\/|server\.ts|http\/|webhooks\/|media\/)/
    const files = sources().filter((path) => !allowed.test(path))
    const others = files.filter((path) => {
      const ways = otherWays(readFileSync(`${root}${path}`, 'utf8').replace(/^import type .*$/gm, ''))
      return ways.length > 0
    })
    expect(others).toEqual([])
  })

  it.each(["await fetch(url, { method: 'GET' })", "const x = fetch('https://example.com')"])(
    'is caught without: %s',
    (code) => {
      expect(fetches(code)).toHaveLength(1)
    },
  )

  it('is caught when it is made another way', () => {
    expect(otherWays("import { request } from 'node:https'")).toHaveLength(1)
  })
})

it('no address is judged by URL.canParse, which Node 20 gets wrong once it is warm', () => {
  const asking = sources().filter((path) => readFileSync(`${root}${path}`, 'utf8').includes('URL.canParse('))
  expect(asking).toEqual([])
})
