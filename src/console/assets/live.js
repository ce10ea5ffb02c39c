// One event stream for all tabs of the browser: a server reached over HTTP/1.1 gives a browser six connections in all.
// The tab that holds the lock listens and passes on; when it closes, the next one takes over.
import { forgetAll } from './kept.js'
import { say } from './notices.js'
import { learnPlaces } from './presence.js'

const QUIET_MS = 400
const LOST_AFTER_MS = 4000
const LOST = 'The connection to the server is lost; trying again. What you see may be old, what you write is kept.'
const ENDED = 'You are signed out. What you wrote is kept in this tab.'
const LEFT = 'You signed out in another tab. What stands here is kept no more.'

let away = false

/** Whether the server seems out of reach. */
export function isAway() {
  return away || !navigator.onLine
}

export function startLive(onChange) {
  const tellHere = sink(onChange)
  const channel = 'BroadcastChannel' in self ? new BroadcastChannel('countersign') : undefined
  if (channel) channel.onmessage = ({ data }) => tellHere(data)
  const listen = () =>
    open((news) => {
      tellHere(news)
      channel?.postMessage(news)
    })
  if (channel && navigator.locks) navigator.locks.request('countersign-live', () => new Promise(() => listen()))
  else listen()
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) onChange()
  })
  // The browser knows before the stream does that there is no network.
  addEventListener('offline', () => tellHere({ kind: 'offline' }))
  if (!navigator.onLine) tellHere({ kind: 'offline' })
}

function open(tell) {
  const source = new EventSource('/events')
  for (const topic of ['queue', 'conversation', 'outbox', 'accounts', 'alerts']) {
    source.addEventListener(topic, ({ data }) => tell({ kind: 'change', topic, id: data }))
  }
  source.addEventListener('presence', ({ data }) => tell({ kind: 'presence', places: JSON.parse(data) }))
  let timer
  // The network may have been gone and the stream have outlived it.
  addEventListener('online', () => {
    if (source.readyState === EventSource.OPEN) tell({ kind: 'online' })
  })
  source.onopen = () => {
    clearTimeout(timer)
    tell({ kind: 'online' })
  }
  source.onerror = () => {
    clearTimeout(timer)
    timer = setTimeout(() => tell({ kind: 'offline' }), LOST_AFTER_MS)
    if (source.readyState !== EventSource.CLOSED) return
    clearTimeout(timer)
    void reopen(tell)
  }
  source.addEventListener('signed-out', () => {
    source.close()
    void reopen(tell)
  })
}

// Closed for good means refused: the session is over, or the server is. Either may come back.
async function reopen(tell) {
  const status = await fetch('/events', { method: 'HEAD' }).then(
    (answer) => answer.status,
    () => 0,
  )
  if (status === 200) {
    open(tell)
    return
  }
  tell({ kind: status === 401 ? 'signed-out' : 'offline' })
  setTimeout(() => reopen(tell), LOST_AFTER_MS)
}

// Changes come in bursts; one look at the page answers them all.
function sink(onChange) {
  let timer
  let ended = ENDED
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  }
  const answers = {
    change: soon,
    presence: ({ places }) => learnPlaces(places),
    forget: () => {
      forgetAll()
      ended = LEFT
    },
    online: () => {
      if (!showStrip()) return
      away = false
      say('The connection is back. What you wrote is still here.')
      soon()
    },
    offline: () => {
      away = true
      showStrip(LOST)
    },
    'signed-out': () => showStrip(ended, signInAgain()),
  }
  return (news) => answers[news.kind]?.(news)
}

function signInAgain() {
  const link = document.createElement('a')
  link.href = `/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`
  link.textContent = 'Sign in and go on'
  return link
}

/** Shows these words, or takes the strip away; answers whether it was there. */
function showStrip(words, link) {
  const strip = document.querySelector('#offline')
  if (!strip) return false
  const wasThere = !strip.hidden
  const line = strip.querySelector('[data-offline-words]')
  if (words && !line.textContent.startsWith(words)) line.replaceChildren(words, ...(link ? [' ', link] : []))
  strip.hidden = !words
  return wasThere
}
