// Asks the browser for a passkey and puts what it answers into the form, which then goes its plain way.
import { answerOf, creationOf, requestOf } from './webauthn.js'

for (const form of document.querySelectorAll('form[data-challenges]')) start(form)

function start(form) {
  const button = form.querySelector('[data-ask]')
  if (!window.isSecureContext || !window.PublicKeyCredential || !navigator.credentials) {
    say(form, 'This browser has no passkeys, or not at this address.')
    return
  }
  button.hidden = false
  if (!form.querySelector('input:not([type=hidden])')) button.focus({ preventScroll: true })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!button.disabled) void ask(form, button)
  })
}

async function ask(form, button) {
  button.disabled = true
  say(form, 'Do what your device asks.')
  try {
    const { challenges, new: isNew } = form.dataset
    const credential = await (isNew === undefined ? use(challenges) : make(challenges))
    form.querySelector('[data-answer]').value = JSON.stringify(answerOf(credential))
    form.submit()
  } catch (error) {
    button.disabled = false
    say(form, wordsFor(error))
    button.focus()
  }
}

async function make(url) {
  return navigator.credentials.create({ publicKey: creationOf(await question(url)) })
}

async function use(url) {
  return navigator.credentials.get({ publicKey: requestOf(await question(url)) })
}

async function question(url) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  if (!answer.ok) throw new DOMException('', 'OperationError')
  return answer.json()
}

const words = {
  NotAllowedError: 'Nothing was done: it was called off, took too long, or this device knows none of your passkeys.',
  InvalidStateError: 'This device has a passkey of yours already.',
  SecurityError: 'The address in the browser is not the public address of this installation.',
  OperationError: 'This page is too old. Please load it again.',
}

function wordsFor({ name }) {
  return words[name] ?? 'The browser could not do it. Please try again.'
}

function say(form, text) {
  form.querySelector('[data-words]').textContent = text
}
