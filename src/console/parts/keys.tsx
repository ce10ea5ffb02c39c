import type { Frame } from '../frame.ts'

const keys: [string, string][] = [
  ['J', 'Next in the list'],
  ['K', 'Previous in the list'],
  ['Enter', 'Open it'],
  ['Esc', 'Leave the text, close, or back to the list'],
  ['A', 'Approve and send what the editor shows'],
  ['E', 'Edit the reply'],
  ['R', 'Reject with a reason'],
  ['D', 'Ask Claude for a new draft'],
  ['T', 'Put a template in'],
  ['N', 'Write a note to colleagues'],
  ['S', 'Snooze: put it aside'],
  ['W', 'Who looks after it: assign'],
  ['Z', 'Undo: take the last reply back while it is held'],
  ['/', 'Search'],
  ['G Q', 'Go to the queue'],
  ['G C', 'Go to the conversations'],
  ['G O', 'Go to the outbox'],
  ['G A', 'Go to the accounts'],
  ['G L', 'Go to the alerts'],
  ['G H', 'Go to the installation’s health'],
  ['?', 'Show these keys'],
  ['Ctrl or ⌘ + Enter', 'Approve while editing'],
]

/** The list of keys, and the switch that turns them off. */
export function Keys({ frame }: { frame: Frame }) {
  return (
    <>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">Each key has its button, and single keys never act while you type.</p>
      <form method="post" action="/preferences" class="row">
        <input type="hidden" name="back" value={frame.path} />
        <input type="hidden" name="keys" value={frame.keys ? 'off' : 'on'} />
        <button type="submit" class="button">
          {frame.keys ? 'Turn single keys off' : 'Turn single keys on'}
        </button>
      </form>
    </>
  )
}

/** Opened by `?`; the same list has a page of its own for when there is no script. */
export function KeysDialog({ frame }: { frame: Frame }) {
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
