// Brings the page up to date after something changed. What is under the pointer or being typed stays where it is:
// new lines wait behind a pill, and an editor with the operator's own words is left alone and told about.
import { setClock, tick } from './clock.js'
import { adopt, field, isTouched, setText } from './editor.js'
import { fadeLater } from './notices.js'
import { fetchPage } from './visit.js'

let running = false
let again = false

export async function refresh() {
  if (running) {
    again = true
    return
  }
  running = true
  const page = await fetchPage(location.href, { background: true })
  if (page) apply(page)
  running = false
  if (again) {
    again = false
    setTimeout(refresh, 1000)
  }
}

function apply(page) {
  setClock(page.documentElement.dataset.now)
  document.title = page.title
  for (const id of ['nav', 'strips', 'alerts', 'status', 'pauses', 'light']) swap(page, id)
  applyList(page)
  applyOutbox(page)
  applyPane(page)
  void applyNotice()
  tick()
}

function swap(page, id) {
  const ours = document.getElementById(id)
  const theirs = page.getElementById(id)
  if (!ours || !theirs || ours.innerHTML === theirs.innerHTML || ours.contains(document.activeElement)) return
  const offline = ours.querySelector('#offline')
  ours.replaceChildren(...document.importNode(theirs, true).childNodes)
  if (offline) ours.querySelector('#offline')?.replaceWith(offline)
}

function applyOutbox(page) {
  const ours = document.querySelector('#outbox')
  if (ours && !ours.matches(':hover, :focus-within')) swap(page, 'outbox')
}

function applyList(page) {
  const ours = document.querySelector('#items')
  const theirs = page.querySelector('#items')
  if (!ours || !theirs) return
  const isCalm = ours.children.length === 0
  if (isCalm && theirs.children.length > 0 && document.querySelector('.split')) {
    location.reload()
    return
  }
  const current = ours.querySelector('[aria-current]')?.closest('.item')?.dataset.id
  const fresh = [...theirs.children].filter(({ id }) => !document.getElementById(id))
  for (const line of [...ours.children]) {
    const newer = page.getElementById(line.id)
    if (newer) replaceLine(line, newer, current)
    else if (!document.querySelector('.more')) line.classList.add('is-done')
  }
  showPill(page, fresh.length)
}

function replaceLine(line, newer, current) {
  line.classList.remove('is-done')
  const link = newer.querySelector('.item-link')
  if (line.dataset.id === current) link.setAttribute('aria-current', 'true')
  else link.removeAttribute('aria-current')
  if (line.innerHTML === newer.innerHTML) return
  const focused = line.contains(document.activeElement)
  line.replaceChildren(...document.importNode(newer, true).childNodes)
  if (focused) line.querySelector('.item-link')?.focus({ preventScroll: true })
}

function showPill(page, count) {
  const pill = document.querySelector('#new-pill')
  if (!pill) return
  pill.hidden = count === 0
  pill.textContent = `${count} new`
  pill.onclick = () => {
    const current = document.querySelector('.item-link[aria-current]')?.closest('.item')?.dataset.id
    document
      .querySelector('#items')
      .replaceChildren(...document.importNode(page.querySelector('#items'), true).childNodes)
    for (const link of document.querySelectorAll('.item-link')) {
      if (link.closest('.item').dataset.id === current) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    }
    pill.hidden = true
    document.querySelector('.item-link')?.focus()
  }
}

function applyPane(page) {
  const ours = document.querySelector('#pane')
  const theirs = page.querySelector('#pane')
  if (!ours?.dataset.id || ours.dataset.id !== theirs?.dataset.id) return
  swap(page, 'thread')
  swap(page, 'paused')
  if (!document.querySelector('#desk details[open]')) swap(page, 'desk')
  const composer = document.querySelector('#composer')
  const newer = page.querySelector('#composer')
  if (!composer || !newer || composer.dataset.state === newer.dataset.state) return
  if (isTouched() || composer.contains(document.activeElement)) announce(composer, newer, page)
  else take(page)
}

// Another decision or a newer message: say so at once, and let the operator choose the moment.
function announce(composer, newer, page) {
  const line = composer.querySelector('#changed')
  if (!line || line.dataset.for === newer.dataset.state) return
  line.dataset.for = newer.dataset.state
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'link'
  button.textContent = 'Show how it stands now'
  button.addEventListener('click', () => {
    const words = field()?.value
    take(page)
    if (words !== undefined) setText(words)
    field()?.focus()
  })
  line.replaceChildren(`${reasonFor(composer, newer)} Your text is kept. `, button)
  line.hidden = false
}

function reasonFor(composer, newer) {
  const [head, attention] = composer.dataset.state.split('/')
  const [newHead, newAttention] = newer.dataset.state.split('/')
  if (head !== newHead) return 'A newer message has arrived.'
  return newAttention === 'none' && attention !== 'none'
    ? 'Somebody else has just settled this.'
    : 'The draft has changed.'
}

function take(page) {
  const pane = document.querySelector('#pane')
  const newer = page.querySelector('#pane')
  if (!pane || !newer) return
  pane.replaceWith(document.importNode(newer, true))
  adopt()
}

// The post of the notice may have left by now.
async function applyNotice() {
  const notice = document.querySelector('.notice[data-post]')
  if (!notice || ['sent', 'failed', 'cancelled'].includes(notice.dataset.status)) return
  const page = await fetchPage(`/help?approved=${notice.dataset.post}`, { background: true })
  const newer = page?.querySelector('.notice[data-post]')
  if (!newer || newer.dataset.status === notice.dataset.status) return
  notice.replaceWith(document.importNode(newer, true))
  fadeLater()
}
