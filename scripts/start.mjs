// `npm start`: everything the product needs, in order, and then the product.
import { exposedFiles } from './lib/environment.mjs'
import { launch } from './lib/launch.mjs'
import { checkMachine, dataFolder } from './lib/place.mjs'
import { main, say, seconds } from './lib/say.mjs'

const LOOK_FOR_NPM_MS = 500

const started = performance.now()
let family
let signals = 0
let finish
const over = new Promise((resolve) => {
  finish = resolve
})

/** The first signal lets everybody finish; a second one does not wait for the product, only for the stores. */
async function onSignal() {
  signals += 1
  say(signals === 1 ? 'stopping: web first, then workers, then the stores' : 'stopping at once')
  await family?.stop({ atOnce: signals > 1 })
  finish()
  // Still in the middle of the set-up: nothing is left to wait for.
  if (!family) process.exit(0)
}

// npm passes a signal on, but cannot when it is killed itself; nobody would know of a product it leaves behind.
function stopWithNpm() {
  const npm = process.ppid
  if (process.env.npm_lifecycle_event !== 'start') return
  setInterval(() => process.ppid !== npm && signals === 0 && void onSignal(), LOOK_FOR_NPM_MS).unref()
}

function warnOfOldNode() {
  if (Number.parseInt(process.versions.node, 10) < 22)
    say(`Node ${process.versions.node} gets no security fixes any more; Node 24 or 26 is better`)
}

function announce({ url, sandboxUrl, setupLink }) {
  say(`ready in ${seconds(performance.now() - started)}`)
  const lines = [`Countersign  ${url}`]
  if (sandboxUrl) lines.push(`Sandbox      ${sandboxUrl}  (plays Instagram, Messenger and their customers)`)
  if (setupLink) lines.push(`First sign-in, once and within 24 hours:\n  ${setupLink}`)
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}

await main(async () => {
  checkMachine()
  warnOfOldNode()
  exposedFiles().forEach(say)
  stopWithNpm()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, onSignal)
  let fatal
  const product = await launch({
    folder: dataFolder,
    onFamily: (started) => {
      family = started
    },
    onFatal: (error) => {
      fatal = error
      void onSignal()
    },
  }).catch((error) => {
    if (signals === 0) throw error
  })
  if (product && signals === 0) announce(product)
  await over
  if (fatal) throw fatal
})
