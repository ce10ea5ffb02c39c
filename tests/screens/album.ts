import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { accessFaults, overflowFaults } from './look.ts'
import type { Seat } from './session.ts'

const WIDTHS = [390, 1024, 1440]
/** 1280 pixels at 400 %. */
const ZOOMED_PX = 320
const THEMES = ['light', 'dark'] as const
const HEIGHTS = { phone: 844, desk: 900 }
const TALL_MAX_PX = 6000

interface Options {
  out: string
  only: string | undefined
  check: boolean
}

interface Shot {
  name: string
  file: string
  width: number
  theme: string
}

export interface Album {
  /** Pictures of the page as it is, in every width and theme, unless its name was not asked for. */
  shoot(name: string, seat: Seat): Promise<void>
  wants(name: string): boolean
  faults: string[]
  /** Writes the page on which all are seen. */
  close(): void
}

export function createAlbum({ out, only, check }: Options): Album {
  mkdirSync(out, { recursive: true })
  const shots: Shot[] = []
  const faults: string[] = []
  const wants = (name: string) => only === undefined || only.split(',').some((part) => name.includes(part))

  async function look(page: Page, name: string) {
    const found = [...(await overflowFaults(page)), ...(await accessFaults(page))]
    faults.push(...found.map((fault) => `${name}: ${fault}`))
  }

  async function shootOne(page: Page, name: string, size: { theme: 'light' | 'dark'; width: number }) {
    const { theme, width } = size
    const file = `${name}.${width}.${theme}.png`
    const height = width < 720 ? HEIGHTS.phone : HEIGHTS.desk
    await page.emulateMedia({ colorScheme: theme })
    await page.setViewportSize({ width, height })
    const tall = Number(await page.evaluate('document.scrollingElement.scrollHeight'))
    await page.screenshot({ path: path.join(out, file), fullPage: tall < TALL_MAX_PX, animations: 'disabled' })
    shots.push({ name, file, width, theme })
    if (check) await look(page, `${name} ${width} ${theme}`)
  }

  async function lookClosely(name: string, { page, complaints, strangers }: Seat) {
    await page.setViewportSize({ width: ZOOMED_PX, height: 256 })
    const wide = (await overflowFaults(page)).map((fault) => `at 400 %: ${fault}`)
    const found = [...wide, ...complaints.splice(0), ...strangers.splice(0).map((url) => `asked ${url}`)]
    faults.push(...found.map((fault) => `${name}: ${fault}`))
  }

  return {
    faults,
    wants,
    async shoot(name, seat) {
      if (!wants(name)) return
      for (const theme of THEMES) for (const width of WIDTHS) await shootOne(seat.page, name, { theme, width })
      if (check) await lookClosely(name, seat)
    },
    close: () => writeFileSync(path.join(out, 'index.html'), indexOf(shots)),
  }
}

function indexOf(shots: Shot[]): string {
  const names = [...new Set(shots.map(({ name }) => name))]
  const rowOf = (name: string) => {
    const pictures = shots
      .filter((shot) => shot.name === name)
      .map(
        ({ file, width, theme }) =>
          `<a href="${file}"><img src="${file}" loading="lazy" alt="${width} px, ${theme}"></a>`,
      )
    return `<h2 id="${name}">${name}</h2><p>${pictures.join('')}</p>`
  }
  const list = names.map((name) => `<a href="#${name}">${name}</a>`).join(' · ')
  const style =
    'body{font:15px system-ui;margin:2rem}img{height:420px;margin-right:12px;border:1px solid #999}p{overflow-x:auto;white-space:nowrap}nav{line-height:1.8}'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title><style>${style}</style><nav>${list}</nav>${names.map(rowOf).join('\n')}</html>\n`
}
