import { isGoing, type KeyAction, keyActions, keyNames } from '#src/domain/keys.ts'
import type { Frame } from '../frame.ts'

type Framed = { frame: Frame }

/** The key of an action on its button, as this operator has it. */
export function Key({ of, frame }: Framed & { of: KeyAction }) {
  const key = shown(of, frame)
  return key === '' ? null : <kbd>{key}</kbd>
}

function shown(of: KeyAction, { keys }: Framed['frame']): string {
  const key = keys.of[of].toUpperCase()
  const go = keys.of.go.toUpperCase()
  if (!isGoing(of)) return key
  return key === '' || go === '' ? '' : `${go} ${key}`
}

/** What the script needs to know: which key does what. */
export function bindingsOf({ keys }: Frame): string {
  const pick = (goes: boolean) =>
    Object.fromEntries(
      keyNames.filter((name) => isGoing(name) === goes && keys.of[name] !== '').map((name) => [keys.of[name], name]),
    )
  return JSON.stringify({ single: pick(false), going: pick(true) })
}

/** These are the browser's and everybody's, so nobody changes them. */
const fixed: [string, string][] = [
  ['Enter', 'Open what is marked in the list'],
  ['Esc', 'Leave the text, close, or back to the list'],
  ['Ctrl or ⌘ + Enter', 'Approve while editing'],
  ['Ctrl or ⌘ + K', 'Go to a page, a view or a contact, or do something here'],
]

/** The list of keys as this operator has them, and the switch that turns them off. */
export function Keys({ frame }: Framed) {
  const single = keyNames.map((name) => [shown(name, frame), keyActions[name][1]])
  return (
    <>
      <dl class="keys">
        {[...single, ...fixed].map(([key, meaning]) => (
          <div>
            <dt>{key === '' ? <span class="muted">none</span> : <kbd>{key}</kbd>}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">Each key has its button, and single keys never act while you type.</p>
      <form method="post" action="/preferences" class="row">
        <input type="hidden" name="back" value={frame.path} />
        <input type="hidden" name="keys" value={frame.keys.on ? 'off' : 'on'} />
        <button type="submit" class="button">
          {frame.keys.on ? 'Turn single keys off' : 'Turn single keys on'}
        </button>
        <a href="/help#own-keys">Choose other keys</a>
      </form>
    </>
  )
}

/** Opened by its key; the same list has a page of its own for when there is no script. */
export function KeysDialog({ frame }: Framed) {
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keyboard</h2>
      <Keys frame={frame} />
      <form method="dialog">
        <button type="submit" class="button">
          Close <kbd>Esc</kbd>
        </button>
      </form>
    </dialog>
  )
}
