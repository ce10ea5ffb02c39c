/**
 * What no reader sees: tags, direction marks, fillers, zero-width characters, controls, halves of a pair. They can carry
 * orders past a person's eye, and they make the shown text differ from the sent one.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]+/gu
const LINE_BREAK = /\r\n?|[\u2028\u2029]/g
const BREAKS_ONLY = /[^\n\t]/g
/** Emoji and some scripts are written with at most one selector and one joiner in a row. */
const JOINER = /^[\ufe0e\ufe0f]?[\u200c\u200d]?/
const ASCII_MAX = 0x7f

/** The text without its unseen characters; line breaks stay, and so do the joiners that emoji and some scripts are spelled with. */
export function plainText(text: string): string {
  return text
    .replace(LINE_BREAK, '\n')
    .replace(UNSEEN, (run, at: number, whole: string) => {
      const breaks = run.replace(BREAKS_ONLY, '')
      if (breaks !== '') return breaks
      const before = whole.charCodeAt(at - 1)
      return before > ASCII_MAX ? (JOINER.exec(run)?.[0] ?? '') : ''
    })
    .normalize('NFC')
}

/** At most `max` characters; what is cut off is marked. */
export function clip(text: string, max: number): string {
  const characters = [...text]
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`
}
