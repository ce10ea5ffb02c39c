import { type KeyAction, type Keys, keyActions, keyNames } from '#src/domain/keys.ts'
import type { Frame } from '../frame.ts'
import { Icon } from './icons.tsx'

/** What an operator asked for and could not have. */
export interface TypedKeys {
  typed: Partial<Keys>
  on: boolean
  message: string
  field: string | undefined
}

interface KeysFormProps {
  frame: Frame
  back: '/me' | '/help'
  typed?: TypedKeys | undefined
}

/** Other keys for the same actions; kept with the operator, so they hold in every browser. */
export function KeysForm({ frame, back, typed }: KeysFormProps) {
  return (
    <form method="post" action="/preferences/keys" class="own-keys">
      <input type="hidden" name="back" value={back} />
      {typed && (
        <p class="refused" role="alert" id="keys-fault">
          <Icon name="warning" />
          <span>{typed.message}</span>
        </p>
      )}
      <p class="tick">
        <input type="checkbox" id="keys-on" name="on" value="yes" checked={typed?.on ?? frame.keys.on} />
        <label for="keys-on">Single keys act</label>
      </p>
      <p class="muted">One letter, digit or sign each; an empty field is no key at all.</p>
      <ul class="own-keys-list">
        {keyNames.map((name) => (
          <li>
            <KeyField name={name} value={typed?.typed[name] ?? frame.keys.of[name]} isWrong={typed?.field === name} />
          </li>
        ))}
      </ul>
      <p>
        <button type="submit" class="button">
          Keep these keys
        </button>
      </p>
    </form>
  )
}

function KeyField({ name, value, isWrong }: { name: KeyAction; value: string; isWrong: boolean }) {
  return (
    <>
      <label for={`key-${name}`}>{keyActions[name][1]}</label>
      <input
        id={`key-${name}`}
        name={name}
        type="text"
        value={value.toUpperCase()}
        maxlength={4}
        size={3}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        {...(isWrong && { 'aria-invalid': 'true', 'aria-describedby': 'keys-fault' })}
      />
    </>
  )
}
