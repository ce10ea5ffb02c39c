import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const pages = ['SECURITY.md', 'docs/security/threats.md', 'docs/security/asvs.md']
/** A test file, alone or with words of a title in it. */
const NAMED = /`((?:src|tests|scripts)\/[\w./-]+\.test\.(?:tsx?|mjs))(?:: ([^`]+))?`/g

const named = pages.flatMap((page) =>
  [...readFileSync(new URL(page, root), 'utf8').matchAll(NAMED)].map(([, path = '', title]) => ({ page, path, title })),
)

it.each(named)('$page rests on a test that is there: $path, $title', ({ path, title }) => {
  expect(existsSync(new URL(path, root))).toBe(true)
  if (title !== undefined) expect(readFileSync(new URL(path, root), 'utf8')).toContain(title)
})

it.each(pages)('%s rests on tests at all', (page) => {
  expect(named.filter((one) => one.page === page).length).toBeGreaterThan(5)
})

it('no row of the ASVS is without a test or a reason', () => {
  const rows = readFileSync(new URL('docs/security/asvs.md', root), 'utf8').matchAll(/^\| (\d[\d., ]*?) +\|(.+)\|$/gm)
  const bare = [...rows].filter(([, , rest = '']) => !/`|nothing|open:|does not apply|no mail/.test(rest))
  expect(bare.map(([, id]) => id)).toEqual([])
})
