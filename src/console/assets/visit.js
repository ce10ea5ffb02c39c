// Opens a conversation of the queue beside the list, without loading the page again: the list keeps its place.
import { setClock, tick } from './clock.js'
import { adopt } from './editor.js'

const wide = matchMedia('(min-width: 860px)')

export function startVisits() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.split .item-link')
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!link || !plain || !wide.matches) return
    event.preventDefault()
    void visit(link)
  })
  addEventListener('popstate', () => {
    const link = document.querySelector(
      `.split .item-link[href="${CSS.escape(location.pathname + location.search)}#composer"]`,
    )
    if (link) void visit(link, { push: false })
    else location.reload()
  })
}

let latest = 0

/** Shows what the link leads to in the pane. */
export async function visit(link, { push = true } = {}) {
  const turn = ++latest
  mark(link)
  const page = await fetchPage(link.href, { background: false })
  if (turn !== latest) return
  const pane = page?.querySelector('#split-pane')
  const ours = document.querySelector('#split-pane')
  if (!pane || !ours) {
    location.href = link.href
    return
  }
  ours.replaceChildren(...pane.childNodes)
  document.title = page.title
  setClock(page.documentElement.dataset.now)
  if (push) history.pushState({}, '', link.href)
  tick()
  adopt()
}

/** The next or previous conversation of the list. */
export function step(by) {
  const links = [...document.querySelectorAll('.item-link')]
  const at = links.findIndex((link) => link === document.activeElement || link.getAttribute('aria-current') === 'true')
  const link = links[at < 0 ? 0 : at + by]
  if (!link) return
  link.focus({ preventScroll: true })
  link.scrollIntoView({ block: 'nearest' })
  if (link.closest('.split') && wide.matches) void visit(link)
}

function mark(link) {
  for (const other of document.querySelectorAll('.item-link[aria-current]')) other.removeAttribute('aria-current')
  link.setAttribute('aria-current', 'true')
}

/** A page as a document, or nothing when it is not there for us. */
export async function fetchPage(url, { background }) {
  try {
    const answer = await fetch(url, { headers: background ? { 'x-background': '1' } : {} })
    if (!answer.ok || new URL(answer.url).pathname === '/sign-in') return undefined
    return new DOMParser().parseFromString(await answer.text(), 'text/html')
  } catch {
    return undefined
  }
}
