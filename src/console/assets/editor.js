// The reply's text: its length in the platform's unit, what it hides, the way back to Claude's words, and that nothing
// typed is lost when the operator looks at another conversation first.
import { hidesSomething, reveal } from './reveal.js'

const NEAR = 0.9
const encoder = new TextEncoder()

export function field() {
  return document.querySelector('#reply-text')
}

export function startEditor() {
  document.addEventListener('input', ({ target }) => {
    if (target.id === 'reply-text') showState(target)
  })
  document.addEventListener('click', ({ target }) => {
    if (target.closest('[data-restore]')) setText(field()?.dataset.original ?? '')
  })
  document.addEventListener('submit', ({ target }) => forget(target.dataset.conversation))
  adopt()
}

/** Takes over an editor that has just come onto the page. */
export function adopt() {
  const text = field()
  if (!text) return
  const kept = sessionStorage.getItem(keyOf(text))
  // A text that the server sent back after a refusal is newer than what was kept here.
  if (kept !== null && !document.querySelector('#refused')) text.value = kept
  showState(text)
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
  showState(text)
}

function startOf(text) {
  return text.dataset.original ?? ''
}

function keyOf(text) {
  return `reply:${text.form?.dataset.conversation}`
}

function forget(conversation) {
  if (conversation) sessionStorage.removeItem(`reply:${conversation}`)
}

function showState(text) {
  const changed = text.value !== startOf(text)
  if (changed) sessionStorage.setItem(keyOf(text), text.value)
  else sessionStorage.removeItem(keyOf(text))
  const edited = document.querySelector('#edited')
  if (edited) edited.hidden = !(changed && text.dataset.original)
  count(text.value)
  preview(text.value)
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
  box.querySelector('[data-preview]').replaceChildren(
    ...reveal(text).map((piece) => {
      if (piece.kind === 'text') return piece.text
      const mark = document.createElement('span')
      mark.className = `reveal reveal-${piece.kind}`
      mark.title = piece.name
      mark.textContent = piece.text
      return mark
    }),
  )
}
