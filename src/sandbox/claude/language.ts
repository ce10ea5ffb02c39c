export const languages = ['en', 'de', 'es', 'fr', 'he'] as const
export type Language = (typeof languages)[number]

/** Small words that give a language away. */
const telling: Record<Exclude<Language, 'he'>, string> = {
  en: 'the is are you your do does did it and of for with how much what when where this that have can could would i my me in on to please thanks thank hey hello hi still back coming one love lovely nice ship',
  de: 'der die das ist sind ihr euch euer ich und oder nicht ein eine einen mit wie was wann wo habt hat haben kann könnt würde gern danke hallo bitte von für auf im am zu den dem mein meine noch auch guten servus liefert kostet möchte',
  es: 'el la los las es son un una y o de del que qué cómo cuánto cuándo dónde tiene tienen hola gracias por para con en mi me lo está estará también puede puedo hay quiero buenos buenas muy cuesta hacéis envían',
  fr: 'le les est sont une et ou de du des que quoi comment combien quand où avez vous je bonjour merci pour avec dans mon ma ce cette aussi puis peut encore très salut livrez coûte',
}
const sets = Object.entries(telling).map(([name, list]) => [name as Language, new Set(list.split(' '))] as const)

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The language a text is most likely in; English when nothing tells. */
export function languageOf(text: string): Language {
  if (/\p{Script=Hebrew}/u.test(text)) return 'he'
  const words = wordsOf(text)
  const marks = {
    en: 0,
    de: /[äöüß]/i.test(text) ? 1 : 0,
    es: /[¿¡ñ]/i.test(text) ? 3 : 0,
    fr: /[çœêè]/i.test(text) ? 1 : 0,
    he: 0,
  }
  let best: Language = 'en'
  for (const [name, set] of sets) {
    marks[name] += words.filter((word) => set.has(word)).length
    if (marks[name] > marks[best]) best = name
  }
  return best
}
