import { reveal } from '../assets/reveal.js'

/** Somebody's text as text, with what it hides made visible. `dir=auto` lets it read in its own direction. */
export function Revealed({ text }: { text: string }) {
  return (
    <>
      {reveal(text).map((piece) =>
        piece.kind === 'text' ? (
          piece.text
        ) : (
          <span class={`reveal reveal-${piece.kind}`} title={piece.name}>
            {piece.text}
            <span class="sr"> ({piece.name})</span>
          </span>
        ),
      )}
    </>
  )
}

interface Named {
  contactName: string | null
  contactUsername: string | null
}

/** A name somebody chose for themselves; it cannot reach into the words around it. */
export function Name({ of }: { of: Named }) {
  return (
    <bdi class="name">
      <Revealed text={named(of)} />
    </bdi>
  )
}

function named({ contactName, contactUsername }: Named): string {
  return contactName?.trim() || (contactUsername ? `@${contactUsername}` : 'Unnamed contact')
}

/** The name for a title or a label, where no mark could show what it hides: without the characters that cannot be seen. */
export function nameOf(party: Named): string {
  const plain = reveal(named(party)).filter(({ kind }) => kind !== 'hidden')
  return plain.map(({ text }) => text).join('')
}

const HUES = 8

/** A letter in a colour of its own, to find a line again at a glance. */
export function Initial({ id, name }: { id: string; name: string }) {
  let sum = 0
  for (const character of id) sum += character.charCodeAt(0)
  const [first = '?'] = name.normalize('NFC').match(/[\p{L}\p{N}]/u) ?? []
  return (
    <span class={`initial hue-${sum % HUES}`} aria-hidden="true">
      {first.toUpperCase()}
    </span>
  )
}
