/*
 * A contact who sends nothing but a word of leaving wants no more messages. Only the whole message counts: a sentence that
 * contains such a word is a sentence, and a person reads it.
 */
const PHRASES = [
  // English. CANCEL, END and QUIT are left out: here they answer a question about an order far more often.
  'stop',
  'stop all',
  'stopall',
  'unsubscribe',
  'unsubscribe me',
  'opt out',
  'optout',
  'opt me out',
  'remove me',
  'leave me alone',
  'stop messaging me',
  'stop texting me',
  'stop writing me',
  'stop writing to me',
  'stop contacting me',
  'stop sending me messages',
  'stop sending messages',
  'stop messages',
  'no more messages',
  'do not message me',
  'don’t message me',
  'do not contact me',
  'don’t contact me',
  // German
  'stopp',
  'abmelden',
  'abmeldung',
  'abbestellen',
  'austragen',
  'keine nachrichten mehr',
  'keine weiteren nachrichten',
  'nicht mehr schreiben',
  'schreibt mir nicht mehr',
  'schreib mir nicht mehr',
  'nicht mehr kontaktieren',
  // French
  'arret',
  'arreter',
  'arretez',
  'desabonner',
  'me desabonner',
  'se desabonner',
  'desabonnez moi',
  'desabonnement',
  'desinscrire',
  'desinscription',
  'me desinscrire',
  'ne m’ecrivez plus',
  'ne me contactez plus',
  'plus de messages',
  // Spanish
  'baja',
  'darme de baja',
  'darse de baja',
  'dar de baja',
  'desuscribir',
  'desuscribirme',
  'cancelar suscripcion',
  'no me escriban mas',
  'no me escribas mas',
  'no me contacten',
  'no mas mensajes',
  // Portuguese
  'parar',
  'descadastrar',
  'cancelar inscricao',
  'cancelar subscricao',
  'nao quero mais mensagens',
  // Italian
  'cancellami',
  'disiscrivi',
  'disiscrivimi',
  'disiscrivermi',
  'annulla iscrizione',
  'non scrivetemi piu',
  'basta messaggi',
  // Dutch
  'afmelden',
  'uitschrijven',
  'geen berichten meer',
  // Danish, Norwegian, Swedish, Finnish
  'afmeld',
  'frameld',
  'avmeld',
  'avregistrera',
  'avprenumerera',
  'peru tilaus',
  // Polish, Czech, Slovak, Hungarian, Romanian
  'wypisz mnie',
  'wypisz',
  'odhlasit',
  'odhlasit odber',
  'leiratkozas',
  'leiratkozom',
  'dezabonare',
  'dezabonati ma',
  // Turkish
  'abonelikten cık',
  'abonelikten cıkar',
  // Greek, Russian, Ukrainian
  'διαγραφη',
  'стоп',
  'отписаться',
  'отписка',
  'отпишите меня',
  'відписатися',
  'відписка',
  // Arabic, Hebrew
  'إلغاء الاشتراك',
  'الغاء الاشتراك',
  'הסר',
  'הסירו אותי',
  // Chinese, Japanese, Korean
  '退订',
  '退訂',
  '取消订阅',
  '取消訂閱',
  '配信停止',
  '수신거부',
  '수신 거부',
]

/** May stand around a phrase without changing what it says. */
const COURTESIES = [
  'please',
  'pls',
  'plz',
  'thanks',
  'thank you',
  'bitte',
  'danke',
  'merci',
  's’il vous plait',
  's’il te plait',
  'svp',
  'stp',
  'por favor',
  'gracias',
  'obrigado',
  'obrigada',
  'per favore',
  'grazie',
  'alstublieft',
  'prosze',
  'пожалуйста',
]

/** Longer than any phrase with its courtesies. */
const WORDS_MAX = 10
const wanted = new Set(PHRASES.map(bare))
const courtesy = `(?:${COURTESIES.map(bare).join('|')})`
const POLITE = new RegExp(`^(?:${courtesy} )+|(?: ${courtesy})+$`, 'gu')

/** Whether a contact's whole message says: write to me no more. */
export function isOptOut(text: string): boolean {
  const words = bare(text)
  return words.split(' ').length <= WORDS_MAX && wanted.has(once(words.replace(POLITE, '')))
}

/** Letters and digits in small, without accents, signs and pictures; what stood apart stays apart. */
function bare(text: string): string {
  const small = text.normalize('NFKD').toLowerCase()
  const letters = small
    .replace(/[’'‘`´]/g, '')
    .replace(/\p{M}/gu, '')
    .replace(/ı/g, 'i')
  return letters.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

/** "STOP STOP STOP" is one STOP. */
function once(words: string): string {
  const [first = '', ...rest] = words.split(' ')
  return rest.every((word) => word === first) ? first : words
}

/** Since when a contact wants no messages; undefined once they have done something themselves after saying so. */
export function standingOptOut(optedOutAt: Date | null, lastInboundAt: Date | null): Date | undefined {
  if (!optedOutAt || (lastInboundAt && lastInboundAt > optedOutAt)) return undefined
  return optedOutAt
}
