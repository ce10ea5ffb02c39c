// Everything here makes a page that already works quicker and livelier; without it each button is still a plain form.
import { startClock } from './clock.js'
import { startEditor } from './editor.js'
import { guardForms, startKept } from './kept.js'
import { startKeys } from './keys.js'
import { isAway, startLive } from './live.js'
import { startNotices } from './notices.js'
import { startPresence } from './presence.js'
import { refresh } from './refresh.js'
import { startVisits } from './visit.js'

startClock()
startNotices()
startKept()
guardForms(isAway)
startEditor()
if (document.documentElement.dataset.keys) {
  startVisits()
  startKeys()
  startLive(refresh)
  startPresence()
}
