// Single keys, for those who want them: never while typing, each beside a button that does the same.
import { field } from './editor.js'
import { showPalette } from './palette.js'
import { step } from './visit.js'

export function startKeys() {
  document.addEventListener('keydown', onKey)
  document.addEventListener('click', ({ target }) => {
    if (target.closest('[data-key="edit"]')) field()?.focus()
    if (target.closest('[data-open="keys"]')) openKeys()
    if (target.closest('[data-open="palette"]')) showPalette()
  })
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-open], a[data-key="edit"]')) event.preventDefault()
    for (const open of document.querySelectorAll('details.menu[open], details.act[open]')) {
      if (!open.contains(event.target)) open.open = false
    }
  })
  document.addEventListener('submit', pressOnce)
}

// A pressed button does not ask to be pressed twice, and shows at once that it was pressed.
function pressOnce(event) {
  const { target: form, submitter } = event
  if (form.dataset.sent) event.preventDefault()
  form.dataset.sent = 'true'
  submitter?.setAttribute('aria-busy', 'true')
  setTimeout(() => {
    delete form.dataset.sent
    submitter?.removeAttribute('aria-busy')
  }, 4000)
}

const panels = ['reject', 'redraft', 'template', 'note', 'snooze', 'assign']
const actions = {
  next: () => step(1),
  previous: () => step(-1),
  approve: () => press('approve'),
  edit: editNow,
  undo: () => press('undo'),
  search,
  help: openKeys,
  go: () => {
    goUntil = Date.now() + GO_MS
  },
  ...Object.fromEntries(panels.map((name) => [name, () => openPanel(name)])),
}

// After the key for going the next letter goes somewhere.
const GO_MS = 1500
let goUntil = 0

// Which key does what for this operator, as the page says.
const { single = {}, going = {} } = JSON.parse(document.documentElement.dataset.bindings ?? '{}')

function actionOf(event) {
  const key = event.key.toLowerCase()
  // A capital letter is a letter with the lock on, not one that is shifted.
  if (event.shiftKey && key !== event.key) return undefined
  const isGoing = Date.now() < goUntil
  goUntil = 0
  const place = isGoing && Object.hasOwn(going, key) ? going[key].replace('go-', '/') : undefined
  if (place) return () => location.assign(place)
  return Object.hasOwn(single, key) ? actions[single[key]] : undefined
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
  if (event.key === 'Escape') return () => leave(event.target)
  const command = event.metaKey || event.ctrlKey
  if (command) return commandFor(event)
  return event.altKey || event.repeat || !areOn(event.target) ? undefined : actionOf(event)
}

function commandFor(event) {
  if (event.key === 'Enter') return event.target === field() ? () => press('approve') : undefined
  return event.key.toLowerCase() === 'k' && isPaletteKey(event) ? showPalette : undefined
}

// On a Mac, Ctrl and K belong to the text one writes.
function isPaletteKey({ metaKey, ctrlKey, altKey, shiftKey }) {
  return (navigator.platform.startsWith('Mac') ? metaKey : ctrlKey) && !altKey && !shiftKey
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
