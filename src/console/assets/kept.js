// What somebody types is kept in this tab, under their own name, until it is decided: through a reload, a session that ends,
// a server that is away. It leaves the browser in no other way than by being sent.
import { say } from './notices.js'

const PREFIX = 'reply:'
const SENT = 'sent'
const me = document.documentElement.dataset.operator

const keyOf = (conversation) => `${PREFIX}${me}:${conversation}`

/** `of` says which draft the words were written over. */
export function keep(conversation, { text, of }) {
  sessionStorage.setItem(keyOf(conversation), JSON.stringify({ text, of }))
}

export function keptFor(conversation) {
  const text = sessionStorage.getItem(keyOf(conversation))
  return text === null ? undefined : JSON.parse(text)
}

export function forget(conversation) {
  sessionStorage.removeItem(keyOf(conversation))
}

/** All that anybody has typed in this tab, or all that others have. */
export function forgetAll({ butMine = false } = {}) {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))
  for (const key of keys) if (!butMine || !key.startsWith(keyOf(''))) sessionStorage.removeItem(key)
}

export function startKept() {
  if (!me) return
  forgetAll({ butMine: true })
  settle()
  leaveForm()
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) sessionStorage.removeItem(SENT)
  })
  document.addEventListener('submit', note)
}

// What was sent is forgotten once the server has said that it was done, and not a moment before.
function settle() {
  const conversation = sessionStorage.getItem(SENT)
  sessionStorage.removeItem(SENT)
  const isDone = document.querySelector('#notices .notice') && !document.querySelector('#refused')
  if (conversation && isDone) forget(conversation)
}

// The answer to a form stands at the form's address: loading it again would send it again, and news of it cannot be fetched.
function leaveForm() {
  const pane = document.querySelector('#pane')
  const id = pane?.dataset.id
  if (!id || /^\/(queue|conversations\/\w+)$/.test(location.pathname)) return
  const url = new URL(pane.querySelector('input[name="back"]')?.value ?? `/conversations/${id}`, location.href)
  if (url.pathname === '/queue') url.searchParams.set('c', id)
  history.replaceState(history.state, '', url)
}

function note({ target, submitter }) {
  const action = new URL(submitter?.getAttribute('formaction') ?? target.action, location.href).pathname
  const conversation = document.querySelector('#pane')?.dataset.id
  sessionStorage.removeItem(SENT)
  if (action === '/sign-out') {
    forgetAll()
    new BroadcastChannel('countersign').postMessage({ kind: 'forget' })
  } else if (conversation && /\/(decision|replies|dismissal)$/.test(action)) sessionStorage.setItem(SENT, conversation)
}

/** While the server is away a form waits: what it holds would be lost with the page. */
export function guardForms(isAway) {
  const through = new WeakSet()
  const ask = async (form, submitter) => {
    if (await isThere()) {
      through.add(form)
      form.requestSubmit(submitter)
    } else say('The server cannot be reached. Nothing was sent; what you wrote stays here.')
  }
  document.addEventListener(
    'submit',
    (event) => {
      const { target, submitter } = event
      if (target.method !== 'post' || !isAway() || through.delete(target)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      void ask(target, submitter)
    },
    { capture: true },
  )
}

async function isThere() {
  try {
    const icon = document.querySelector('link[rel="icon"]').href
    return (await fetch(icon, { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}
