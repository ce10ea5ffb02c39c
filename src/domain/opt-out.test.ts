import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOptOut } from './opt-out.ts'

describe('a contact who wants no more messages', () => {
  it.each([
    ...[
      'STOP',
      'stop',
      'Stop!',
      ' stop. ',
      '"STOP"',
      '🛑 STOP 🛑',
      'ＳＴＯＰ',
      'stop stop STOP',
      'Please stop',
      'stop, please!',
    ],
    ...[
      'STOP ALL',
      'Unsubscribe',
      'unsubscribe me please',
      'opt-out',
      'OPT OUT',
      'OptOut',
      'remove me',
      'Don’t contact me',
    ],
    ...["don't message me", 'dont message me', 'Stop messaging me!!', 'no more messages please, thanks'],
    ...[
      'ABMELDEN',
      'Bitte abmelden',
      'Stopp!',
      'Abbestellen',
      'Keine Nachrichten mehr, danke',
      'Bitte schreibt mir nicht mehr.',
    ],
    ...['ARRÊT', 'arret', 'Désabonner', 'me désabonner svp', 'Ne m’écrivez plus', 'desinscription'],
    ...['BAJA', 'Darme de baja', 'No me escriban más, por favor', 'cancelar suscripción'],
    ...['PARAR', 'cancelar inscrição', 'Cancellami', 'Disiscrivimi, grazie', 'afmelden', 'Uitschrijven'],
    ...['avregistrera', 'Wypisz mnie', 'odhlásit', 'leiratkozás', 'dezabonare', 'Abonelikten çık', 'ABONELIKTEN ÇIK'],
    ...[
      'СТОП',
      'Отписаться',
      'Відписатися',
      'Διαγραφή',
      'إلغاء الاشتراك',
      'הסר',
      '退订',
      '配信停止',
      '수신거부',
      '수신 거부!',
    ],
  ])('is heard: %s', (text) => {
    expect(isOptOut(text)).toBe(true)
  })

  it.each([
    ...[
      'Does the bus stop here?',
      'Non-stop!',
      'I can’t stop loving this',
      'Stop by tomorrow?',
      'One stop shop',
      'stopover',
    ],
    ...[
      'Don’t stop!',
      'Where do I unsubscribe from the newsletter?',
      'Stop it, that is too funny',
      'full stop',
      'Stop the order!',
    ],
    ...['please', 'thanks', '', ' ', '🛑', '...', 'Cancel', 'end', 'quit', 'No', 'start'],
    ...[
      'Wo kann ich mich abmelden?',
      'Ich möchte meine Tochter vom Kurs abmelden',
      'Abmeldefrist?',
      'Der Stopp war schön',
    ],
    ...[
      'Quel arrêt de bus ?',
      'Arrêt de bus',
      'Planta baja o alta?',
      'Planta baja',
      'sin parar',
      'Не стоп',
      'Где отписаться?',
    ],
    ...[
      'Stop. When do you open?',
      'STOP\nWhen do you open?',
      'stop or go',
      'Should I reply STOP?',
      `stop ${'please '.repeat(40)}`,
    ],
  ])('is not imagined: %s', (text) => {
    expect(isOptOut(text)).toBe(false)
  })

  const phrase = fc.constantFrom('stop', 'unsubscribe', 'abmelden', 'désabonner', 'baja', 'стоп', 'opt out')

  it('is heard in whatever capitals and signs', () => {
    const signs = fc.string({ unit: fc.constantFrom('!', '.', ' ', '\n', '🛑', '"', '*', '-', '\u200b'), maxLength: 5 })
    fc.assert(
      fc.property(phrase, signs, signs, fc.boolean(), (words, before, after, isLoud) => {
        expect(isOptOut(before + (isLoud ? words.toUpperCase() : words) + after)).toBe(true)
      }),
    )
  })

  it('is not imagined in a sentence', () => {
    const word = fc.stringMatching(/^[b-df-hj-km-np-rt-z]{2,9}$/)
    fc.assert(
      fc.property(phrase, fc.array(word, { minLength: 1, maxLength: 6 }), fc.nat(6), (words, others, place) => {
        fc.pre(others.every((other) => !['plz', 'pls', 'svp', 'stp'].includes(other)))
        const sentence = [...others.slice(0, place), words, ...others.slice(place)].join(' ')
        expect(isOptOut(sentence)).toBe(false)
      }),
    )
  })

  it('is looked for in no more time than it takes to read', () => {
    const started = process.cpuUsage()
    for (const text of ['please '.repeat(100_000), 'a'.repeat(1_000_000), '! '.repeat(500_000)]) isOptOut(text)
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000)
  })
})
