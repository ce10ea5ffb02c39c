// Single keys, for those who want them: never while typing, each beside a button that does the same.
import { field } from './editor.js'
import { step } from './visit.js'

export function startKeys() {
  document.addEventListener('keydown', onKey)
  document.addEventListener('click', ({ target }) => {
    if (target.closest('[data-key="e"]')) field()?.focus()
    if (target.closest('[data-open="keys"]')) openKeys()
  })
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-open="keys"], a[data-key="e"]')) event.preventDefault()
    for (const open of document.querySelectorAll('details.menu[open], details.act[open]')) {
      if (!open.contains(event.target)) open.open = false
    }
  })
  // A pressed button does not ask to be pressed twice.
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.sent) event.preventDefault()
    event.target.dataset.sent = 'true'
    setTimeout(() => delete event.target.dataset.sent, 4000)
  })
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  a: () => press('a'),
  e: () => editNow(),
  r: () => openPanel('r'),
  d: () => openPanel('d'),
  t: () => openPanel('t'),
  n: () => openPanel('n'),
  s: () => openPanel('s'),
  w: () => openPanel('w'),
  z: () => press('z'),
  '/': () => search(),
  '?': () => openKeys(),
}

// After G the next letter goes somewhere.
const places = { q: '/queue', c: '/conversations', o: '/outbox', a: '/accounts', l: '/alerts', h: '/status' }
const GO_MS = 1500
let goUntil = 0

function go(key) {
  const isGoing = Date.now() < goUntil
  goUntil = key === 'g' ? Date.now() + GO_MS : 0
  if (key === 'g') return () => undefined
  return isGoing && places[key] ? () => location.assign(places[key]) : undefined
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return
  const act = actionFor(event)
  if (!act) return
  event.preventDefault()
  act()
}

function actionFor(event) {
  if (document.querySelector('dialog[open]')) return undefined
  const command = event.metaKey || event.ctrlKey
  if (event.key === 'Enter') return command && event.target === field() ? () => press('a') : undefined
  if (event.key === 'Escape') return () => leave(event.target)
  return command || event.altKey || event.repeat || !areOn(event.target)
    ? undefined
    : (go(event.key) ?? actions[event.key])
}

function areOn(target) {
  return document.documentElement.dataset.keys === 'on' && !isTyping(target)
}

function isTyping(target) {
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

function press(key) {
  const of = (place) => document.querySelector(`${place} button[data-key="${key}"]:not(:disabled)`)
  const button = of('#notices') ?? of('#pane')
  button?.click()
}

function editNow() {
  const byHand = document.querySelector('.by-hand')
  if (byHand) byHand.open = true
  const text = field()
  text?.focus()
  text?.setSelectionRange(text.value.length, text.value.length)
}

function openPanel(key) {
  const panel = document.querySelector(`summary[data-key="${key}"]`)?.parentElement
  if (!panel) return
  panel.open = true
  panel.querySelector('.panel :is(input:not([type="hidden"]), textarea, select, button)')?.focus()
}

function search() {
  const box = document.querySelector('#search')
  if (box) box.focus()
  else location.href = '/conversations#search'
}

function openKeys() {
  document.querySelector('#keys')?.showModal()
}

// From the text to the page, from an open panel to its button, from a conversation to its list.
function leave(target) {
  const open = document.querySelector('details.act[open], details.menu[open]')
  if (open) {
    open.open = false
    open.querySelector('summary')?.focus()
  } else if (isTyping(target)) {
    target.blur()
  } else {
    const back = document.querySelector('[data-back]')
    if (back?.offsetParent) back.click()
    else document.querySelector('.item-link[aria-current]')?.focus()
  }
}
