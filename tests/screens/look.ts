import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface Violation {
  id: string
  nodes: { target: string[]; failureSummary?: string }[]
}

/** What stands in the way of somebody who uses this page as it is shown now, in the browser's words; empty when nothing does. */
export async function accessFaults(page: Page, { rules }: { rules?: string[] } = {}): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: TAGS }
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
  const violations = (await page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) => JSON.parse(JSON.stringify(violations)))`,
  )) as Violation[]
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')} ${failureSummary.replace(/\s+/g, ' ')}`),
  )
}

/** A region that is meant to scroll sideways can be reached by the keyboard; everything else has to fit. */
const OVERFLOW = `(() => {
  const nameOf = (element) => element.tagName.toLowerCase() + (element.id && '#' + element.id) + [...element.classList].map((one) => '.' + one).join('')
  const root = document.scrollingElement
  const found = root.scrollWidth > innerWidth ? ['the page is ' + root.scrollWidth + ' px wide in a window of ' + innerWidth] : []
  // Panes scroll by themselves; the page around them stands still.
  if (document.body.matches('.shape-panes') && innerWidth >= 860 && root.scrollHeight > innerHeight)
    found.push('the page around the panes is ' + root.scrollHeight + ' px high in a window of ' + innerHeight)
  for (const element of document.querySelectorAll('body *')) {
    // What a closed detail holds is laid out only when it is opened.
    if (!element.checkVisibility()) continue
    const { overflowX } = getComputedStyle(element)
    const scrolls = overflowX === 'auto' || overflowX === 'scroll'
    if (scrolls && element.scrollWidth > element.clientWidth + 1 && element.tabIndex < 0)
      found.push(nameOf(element) + ' scrolls sideways: ' + element.scrollWidth + ' px in ' + element.clientWidth)
  }
  return found
})()`

/** What does not fit into the window sideways. */
export async function overflowFaults(page: Page): Promise<string[]> {
  return (await page.evaluate(OVERFLOW)) as string[]
}
