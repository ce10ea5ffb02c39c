// Countdowns by the server's clock, and the browser's time zone told to the server.
import { inWords, toneOf } from './remaining.js'

const root = document.documentElement
let ahead = Number(root.dataset.now ?? Date.now()) - Date.now()

/** Now, as the server counts it. */
export function now() {
  return Date.now() + ahead
}

/** A page that was fetched brings a newer reading of the server's clock. */
export function setClock(serverNow) {
  if (serverNow) ahead = Number(serverNow) - Date.now()
}

export function startClock() {
  tellZone()
  tick()
  setInterval(tick, 1000)
}

function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!zone || zone === root.dataset.zone) return
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere
  document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}

export function tick() {
  for (const element of document.querySelectorAll('[data-until]')) {
    const ms = Number(element.dataset.until) - now()
    const words = ms <= 0 ? element.dataset.over : `${inWords(ms)}${element.dataset.suffix}`
    const target = element.querySelector('[data-words]')
    if (target && target.textContent !== words) target.textContent = words
    if (element.classList.contains('window')) setTone(element, toneOf(ms))
  }
  for (const element of document.querySelectorAll('[data-ends]')) {
    element.hidden = Number(element.dataset.ends) <= now()
  }
}

function setTone(element, tone) {
  if (element.classList.contains(`tone-${tone}`)) return
  element.classList.remove('tone-calm', 'tone-soon', 'tone-urgent', 'tone-closed')
  element.classList.add(`tone-${tone}`)
}
