import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('./assets/', import.meta.url)
const TOKENS = 'base.css'
/** In rem; a size between two of these is a mistake. */
const SIZES = ['0.625', '0.6875', '0.75', '0.8125', '0.875', '0.9375', '1', '1.0625', '1.125', '1.375', '2']
const NAMED = 'white|black|red|green|blue|yellow|orange|purple|gray|grey|silver|teal|navy|maroon|olive|aqua|lime'

const sheets = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .map((name): [string, string] => [
      name,
      readFileSync(new URL(name, folder), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''),
    ]),
)

/** Colours that stand in a declaration as they are, not by the name of a token. */
function coloursIn(css: string): string[] {
  const values = [...css.matchAll(/(?:^|[;{])\s*[\w-]+\s*:([^;{}]+)/g)].map(([, value = '']) => value)
  const colour = new RegExp(
    `#[0-9a-f]{3,8}\\b|\\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\\((?!var\\()[^)]*|\\b(?:${NAMED})\\b(?!-)`,
    'gi',
  )
  return values.flatMap((value) => value.match(colour) ?? [])
}

describe('the styles of the console', () => {
  it('take every colour from the tokens', () => {
    const stray = [...sheets].filter(([name]) => name !== TOKENS).map(([name, css]) => [name, coloursIn(css)] as const)
    expect(stray.length).toBeGreaterThan(10)
    expect(stray.filter(([, colours]) => colours.length > 0)).toEqual([])
  })

  it.each(['color: #fff', 'background: rgb(0 0 0 / 12%)', 'border: 1px solid red', 'fill: hsl(8 34% 88%)'])(
    'would be caught with %s',
    (declaration) => expect(coloursIn(`.x { ${declaration}; }`)).toHaveLength(1),
  )

  it('name no token that is not there', () => {
    const all = [...sheets.values()].join('\n')
    const known = new Set([...all.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name))
    const used = [...all.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name)
    expect(used.length).toBeGreaterThan(100)
    expect(used.filter((name) => !known.has(name))).toEqual([])
  })

  it('keep to one scale of sizes', () => {
    const sizes = [...sheets.values()].flatMap((css) =>
      [...css.matchAll(/font-size:\s*([\d.]+)rem/g)].map(([, size = '']) => size),
    )
    expect(sizes.length).toBeGreaterThan(50)
    expect(sizes.filter((size) => !SIZES.includes(size))).toEqual([])
  })
})
