// Where to, or what to do: one field, what fits it below. The same lines are a page for whoever has no
// script. What may be done is what the page itself offers.
import { fetchPage } from './visit.js'

const ASK_AFTER_MS = 150
const SHOWN_MAX = 40

let dialog
let input
let list
let state
let offers = []
let found = []
let timer

export function showPalette() {
  if (!dialog) build()
  if (dialog.open) return
  offers = offersHere()
  found = []
  input.value = ''
  draw()
  dialog.showModal()
  input.focus()
  void ask('')
}

function build() {
  dialog = make('dialog', { id: 'palette', class: 'palette', 'aria-label': 'Go to, or do' })
  input = make('input', {
    type: 'text',
    role: 'combobox',
    'aria-label': 'Page, view, contact or action',
    'aria-controls': 'palette-list',
    'aria-expanded': 'true',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'Page, view, contact or action',
  })
  list = make('ul', { id: 'palette-list', role: 'listbox', 'aria-label': 'What fits' })
  state = make('p', { class: 'sr', role: 'status' })
  dialog.append(input, list, state)
  document.body.append(dialog)
  input.addEventListener('input', () => {
    draw()
    clearTimeout(timer)
    timer = setTimeout(() => ask(input.value.trim()), ASK_AFTER_MS)
  })
  input.addEventListener('keydown', onKey)
  list.addEventListener('click', ({ target }) => take(target.closest('[role="option"]')))
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close()
  })
}

/** The buttons of the open conversation and of the last notice, as they stand on the page. */
function offersHere() {
  const buttons = document.querySelectorAll(
    '#notices button[data-key], #pane .actions :is(summary, button, a.button), #desk :is(summary, button)',
  )
  return [...buttons]
    .filter((button) => !button.disabled && button.checkVisibility())
    .map((button) => ({ name: nameOf(button), group: 'Here', run: () => run(button) }))
}

function nameOf(button) {
  const copy = button.cloneNode(true)
  for (const key of copy.querySelectorAll('kbd, svg')) key.remove()
  const words = copy.textContent.replace(/\s+/g, ' ').trim()
  return button.dataset.key === 'assign' && words !== 'Assign' ? `Assign: ${words}` : words
}

function run(button) {
  if (button.localName !== 'summary') {
    button.click()
    return
  }
  button.parentElement.open = true
  button.parentElement.querySelector(':is(input:not([type="hidden"]), textarea, select, .panel button)')?.focus()
}

/** Pages and views always, contacts once something is asked for. */
async function ask(q) {
  const page = await fetchPage(`/palette?q=${encodeURIComponent(q)}`, { background: false })
  if (!page || input.value.trim() !== q) return
  found = [...page.querySelectorAll('[data-places]')].flatMap((places) =>
    [...places.querySelectorAll('a')].map((link) => ({
      name: link.textContent.trim(),
      hint: link.nextElementSibling?.textContent.trim() ?? '',
      group: places.dataset.places,
      // Who was found was found by the server, also by what was said.
      isFound: places.dataset.places === 'Contacts',
      run: () => location.assign(link.getAttribute('href')),
    })),
  )
  draw()
}

function draw() {
  const words = input.value.trim().toLowerCase().split(/\s+/)
  const fits = ({ name, isFound }) => isFound || words.every((word) => name.toLowerCase().includes(word))
  const shown = [...offers, ...found].filter(fits).slice(0, SHOWN_MAX)
  list.replaceChildren(...shown.map(line))
  mark(list.firstElementChild)
  state.className = shown.length > 0 ? 'sr' : 'palette-none muted'
  state.textContent = shown.length === 0 ? 'Nothing fits.' : `${shown.length} ${shown.length === 1 ? 'fits' : 'fit'}`
}

function line({ name, hint, group, run: act }, at) {
  const option = make('li', { role: 'option', id: `palette-${at}`, 'aria-selected': 'false' })
  const words = make('bdi', {})
  words.textContent = name
  const aside = make('span', { class: 'muted' })
  aside.textContent = [hint, group].filter(Boolean).join(' · ')
  option.append(words, ' ', aside)
  option.run = act
  return option
}

function onKey(event) {
  const options = [...list.children]
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true')
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 }
  if (event.isComposing) return
  if (event.key in moves) {
    const to = moves[event.key]
    // Past either end it goes round, a whole page stops there.
    const turned = event.key.startsWith('Arrow') ? (to + options.length) % options.length : to
    mark(options[Math.min(Math.max(turned, 0), options.length - 1)])
  } else if (event.key === 'Enter') take(options[at])
  else return
  event.preventDefault()
}

function mark(option) {
  for (const other of list.querySelectorAll('[aria-selected="true"]')) other.setAttribute('aria-selected', 'false')
  option?.setAttribute('aria-selected', 'true')
  option?.scrollIntoView({ block: 'nearest' })
  if (option) input.setAttribute('aria-activedescendant', option.id)
  else input.removeAttribute('aria-activedescendant')
}

function take(option) {
  if (!option) return
  // Closing gives the focus back first; what is done may want it.
  dialog.addEventListener('close', option.run, { once: true })
  dialog.close()
}

function make(name, attributes) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}
