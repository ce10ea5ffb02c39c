// One event stream for all tabs of the browser: a server reached over HTTP/1.1 gives a browser six connections in all.
// The tab that holds the lock listens and passes on; when it closes, the next one takes over.

import { learnPlaces } from './presence.js'

const QUIET_MS = 400
const LOST_AFTER_MS = 4000

export function startLive(onChange) {
  const say = sink(onChange)
  const channel = 'BroadcastChannel' in self ? new BroadcastChannel('countersign') : undefined
  if (channel) channel.onmessage = ({ data }) => say(data)
  const listen = () =>
    open((news) => {
      say(news)
      channel?.postMessage(news)
    })
  if (channel && navigator.locks) navigator.locks.request('countersign-live', () => new Promise(() => listen()))
  else listen()
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) onChange()
  })
}

function open(tell) {
  const source = new EventSource('/events')
  for (const topic of ['queue', 'conversation', 'outbox', 'accounts', 'alerts']) {
    source.addEventListener(topic, ({ data }) => tell({ kind: 'change', topic, id: data }))
  }
  source.addEventListener('presence', ({ data }) => tell({ kind: 'presence', places: JSON.parse(data) }))
  let timer
  let lost = false
  source.onopen = () => {
    clearTimeout(timer)
    tell({ kind: 'online', again: lost })
    lost = false
  }
  source.onerror = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      lost = true
      tell({ kind: 'offline' })
    }, LOST_AFTER_MS)
    // Closed for good means refused: the session is over, or the server is.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => open(tell), LOST_AFTER_MS)
  }
  source.addEventListener('signed-out', () => {
    source.close()
    tell({ kind: 'signed-out' })
  })
}

// Changes come in bursts; one look at the page answers them all.
function sink(onChange) {
  let timer
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  }
  const answers = {
    change: soon,
    presence: ({ places }) => learnPlaces(places),
    online: ({ again }) => {
      showStrip(false)
      if (again) soon()
    },
    offline: () => showStrip(true),
    'signed-out': () =>
      showStrip(true, 'You are signed out. Load the page again to sign in; copy first what you wrote.'),
  }
  return (news) => answers[news.kind]?.(news)
}

function showStrip(visible, words) {
  const strip = document.querySelector('#offline')
  if (!strip) return
  if (words) strip.querySelector('[data-offline-words]').textContent = words
  strip.hidden = !visible
}
