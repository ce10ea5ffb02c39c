const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })
const UNREAL = new Set(['und', 'mul', 'zxx', 'mis'])

/** Scripts that one tag stands for but Unicode spells as several. */
const written: Record<string, string[]> = {
  Hans: ['Hani'],
  Hant: ['Hani'],
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
}
const LETTERS_MIN = 8
const SHARE_MIN = 0.2

/** True for a tag of a language that exists, such as `de` or `pt-BR`. */
export function isLanguage(tag: string): boolean {
  const language = localeOf(tag)?.language
  // `und` has no language at all, in spite of the type.
  return language !== undefined && !UNREAL.has(language) && names.of(language) !== undefined
}

/** False when a text is certainly not in that language because it is written in other letters. Latin letters are used for every language in chats. */
export function looksLike(text: string, tag: string): boolean {
  const script = localeOf(tag)?.maximize().script ?? 'Latn'
  const share = (scripts: string[]) => {
    const letters = text.match(/\p{L}/gu) ?? []
    if (letters.length < LETTERS_MIN) return 1
    const inScripts = new RegExp(scripts.map((name) => `\\p{Script=${name}}`).join('|'), 'u')
    return letters.filter((letter) => inScripts.test(letter)).length / letters.length
  }
  return share([...(written[script] ?? [script]), 'Latn']) >= SHARE_MIN
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag)
  } catch {
    return undefined
  }
}
