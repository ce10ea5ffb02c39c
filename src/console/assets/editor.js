// The reply's text: its length in the platform's unit, what it hides, the way back to Claude's words, and that nothing
// typed is lost when the operator looks at another conversation first.
import { diffWords } from './diff.js'
import { forget, keep, keptFor } from './kept.js'
import { hidesSomething, reveal } from './reveal.js'

const NEAR = 0.9
const encoder = new TextEncoder()

export function field() {
  return document.querySelector('#reply-text')
}

export function startEditor() {
  document.addEventListener('input', ({ target }) => {
    if (target.id === 'reply-text') changed(target)
  })
  document.addEventListener('click', ({ target }) => {
    if (target.closest('[data-restore]')) setText(field()?.dataset.original ?? '')
  })
  document.addEventListener('click', putIn)
  adopt()
}

/** Takes over an editor that has just come onto the page. */
export function adopt() {
  const text = field()
  if (!text) return
  const kept = keptFor(text.form.dataset.conversation)
  // A text that the server sent back, refused or to be looked at first, is newer than what was kept here.
  if (kept && !document.querySelector('#refused, #as-sent[open]')) putBack(text, kept)
  showState(text)
}

// Words that were written over another draft are kept too, and said to be.
function putBack(text, { text: words, of }) {
  text.value = words
  const byHand = text.closest('details.by-hand')
  if (byHand) byHand.open = true
  const line = document.querySelector('#changed')
  if (of === placeOf(text) || !line) return
  line.textContent = 'You wrote this before the draft changed. It is kept here; send it, or go back to the draft.'
  line.hidden = false
}

function placeOf(text) {
  return text.form.getAttribute('action')
}

/** Whether the operator has written something of their own here. */
export function isTouched() {
  const text = field()
  return text !== null && (text === document.activeElement || text.value !== startOf(text))
}

export function setText(words) {
  const text = field()
  if (!text) return
  text.value = words
  changed(text)
}

function changed(text) {
  const conversation = text.form.dataset.conversation
  if (text.value === startOf(text)) forget(conversation)
  else keep(conversation, { text: text.value, of: placeOf(text) })
  showState(text)
}

function startOf(text) {
  return text.dataset.original ?? ''
}

function showState(text) {
  count(text.value)
  preview(text.value)
  showAsSent(text.value)
  showChanges(text)
}

// As the server will send it: edges trimmed, letters composed.
function cleaned(words) {
  return words.replace(/\r\n?/g, '\n').trim().normalize('NFC')
}

function count(words) {
  const counter = document.querySelector('#counter')
  if (!counter) return
  const text = cleaned(words)
  const length = counter.dataset.unit === 'bytes' ? encoder.encode(text).length : [...text].length
  const max = Number(counter.dataset.max)
  counter.querySelector('[data-length]').textContent = String(length)
  counter.classList.toggle('counter-near', length > max * NEAR && length <= max)
  counter.classList.toggle('counter-over', length > max)
}

function preview(words) {
  const box = document.querySelector('#preview')
  if (!box) return
  const text = cleaned(words)
  box.hidden = !hidesSomething(text)
  if (box.hidden) return
  box.querySelector('[data-preview]').replaceChildren(...revealed(text))
}

function revealed(text) {
  return reveal(text).map((piece) => {
    if (piece.kind === 'text') return piece.text
    const mark = document.createElement('span')
    mark.className = `reveal reveal-${piece.kind}`
    mark.title = piece.name
    mark.textContent = piece.text
    return mark
  })
}

// What was checked were other words.
function showAsSent(words) {
  const bubble = document.querySelector('#as-sent [data-words]')
  if (!bubble) return
  const text = cleaned(words)
  const checks = document.querySelector('#checks')
  if (checks && bubble.textContent !== text) checks.hidden = true
  bubble.textContent = text
}

function showChanges({ value, dataset }) {
  const box = document.querySelector('#changes')
  if (!box) return
  const text = cleaned(value)
  box.hidden = text === dataset.original
  if (box.hidden) return
  box.querySelector('#restore').hidden = false
  box.querySelector('[data-diff]').replaceChildren(...diffWords(dataset.original, text).map(changeOf))
}

function changeOf({ kind, text }) {
  if (kind === 'same') return text
  const mark = document.createElement(kind === 'gone' ? 'del' : 'ins')
  mark.append(spoken(kind === 'gone' ? ' removed: ' : ' added: '), ...revealed(text), spoken(' . '))
  return mark
}

function spoken(words) {
  const aside = document.createElement('span')
  aside.className = 'sr'
  aside.textContent = words
  return aside
}

// A template goes where the cursor is, or behind what stands there.
function putIn(event) {
  const words = event.target.closest('[data-template]')?.dataset.template
  const text = field()
  if (words === undefined || !text) return
  event.preventDefault()
  const wasIn = text.selectionEnd > 0 && text.selectionEnd < text.value.length
  const before = text.value.trim() === '' || wasIn ? '' : '\n\n'
  if (!wasIn) text.setSelectionRange(text.value.length, text.value.length)
  text.setRangeText(before + words, text.selectionStart, text.selectionEnd, 'end')
  text.dispatchEvent(new Event('input', { bubbles: true }))
  event.target.closest('details').open = false
  text.focus()
}
