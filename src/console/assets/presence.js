// Who else has a conversation open: this tab says what it shows, and shows what the others said.
import { now } from './clock.js'
import { isTouched } from './editor.js'

const LOOK_MS = 500
const SAY_EVERY_MS = 10_000
const tab = Math.random().toString(36).slice(2, 14).padEnd(6, '0')

let places = {}
let said = ''
let saidAt = 0

export function startPresence() {
  setInterval(look, LOOK_MS)
  document.addEventListener('visibilitychange', look)
  // A page that is left says so on the way out, and speaks anew when it is come back to.
  addEventListener('pagehide', () => {
    said = ''
    navigator.sendBeacon('/presence', new URLSearchParams({ tab }))
  })
  look()
}

/** What others said; a conversation that nobody is in any more comes empty. */
export function learnPlaces(news) {
  places = { ...places, ...news }
  draw()
}

function look() {
  draw()
  const here = placeOf()
  const words = here.toString()
  if (words === said && Date.now() - saidAt < SAY_EVERY_MS) return
  if (document.hidden && words === said) return
  said = words
  saidAt = Date.now()
  void say(here)
}

// In a tab that nobody sees nobody reads.
function placeOf() {
  const id = document.hidden ? undefined : document.querySelector('#pane')?.dataset.id
  return new URLSearchParams({ tab, ...(id && { conversation: id, ...(isTouched() && { editing: 'yes' }) }) })
}

async function say(here) {
  try {
    const answer = await fetch('/presence', { method: 'POST', body: here })
    if (!answer.ok || !answer.headers.get('content-type')?.startsWith('application/json')) return
    places = await answer.json()
    draw()
  } catch {
    // It is said again soon.
  }
}

function draw() {
  const pane = document.querySelector('#pane')?.dataset.id
  show(document.querySelector('#presence'), pane ? sentence(pane) : '')
  for (const line of document.querySelectorAll('.item')) {
    const words = sentence(line.dataset.id)
    if ((line.dataset.there ?? '') === words) continue
    if (words) line.dataset.there = words
    else delete line.dataset.there
  }
}

function show(box, words) {
  if (!box || box.textContent === words) return
  box.textContent = words
  box.hidden = words === ''
}

function sentence(id) {
  const there = (places[id] ?? []).filter(({ until }) => until > now())
  return there.map(({ name, isEditing }) => `${name} is ${isEditing ? 'writing' : 'reading'}`).join(', ')
}
