import type { Child } from 'hono/jsx'
import { measure, type Platform, platformRules } from '#src/domain/platform.ts'
import { cleanReply } from '#src/domain/review.ts'
import { hidesSomething } from '../assets/reveal.js'
import { Diff } from './diff.tsx'
import { Revealed } from './revealed.tsx'

export function Hidden({ fields }: { fields: Record<string, string> }) {
  return (
    <>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

interface EditorProps {
  platform: Platform
  label: Child
  text: string
  /** Claude's words, to go back to. */
  original?: string
}

/** The text field with its length in the platform's own unit. What it shows is what is sent. */
export function Editor({ platform, label, text, original }: EditorProps) {
  const { max, unit } = platformRules[platform].textLimit
  const length = measure(text, platform)
  return (
    <div class="editor">
      <div class="editor-top">
        <label for="reply-text">{label}</label>
        <output
          class={length > max ? 'counter counter-over' : 'counter'}
          for="reply-text"
          id="counter"
          data-max={max}
          data-unit={unit}
        >
          <span data-length>{length}</span> / {max} {unit}
        </output>
      </div>
      <textarea
        id="reply-text"
        name="text"
        dir="auto"
        rows={4}
        required
        spellcheck={true}
        autocomplete="off"
        data-original={original}
      >
        {/* A newline right behind the tag would be swallowed. */}
        {`\n${text}`}
      </textarea>
      <div class="preview" id="preview" hidden={!hidesSomething(text)}>
        <p class="preview-title">Holds characters that cannot be seen or that look like others:</p>
        <p class="bubble-text" dir="auto" data-preview>
          <Revealed text={text} />
        </p>
      </div>
      {original !== undefined && <Changes original={original} text={text} />}
    </div>
  )
}

/** What the operator made of Claude's words; there as soon as they differ. */
function Changes({ original, text }: { original: string; text: string }) {
  return (
    <div class="changes" id="changes" hidden={cleanReply(text) === original}>
      <p class="changes-title">
        Changed from Claude’s words
        <button type="button" class="link" id="restore" data-restore hidden>
          Back to them
        </button>
      </p>
      <p class="bubble-text diff" dir="auto" data-diff>
        <Diff before={original} after={cleanReply(text)} />
      </p>
    </div>
  )
}
