/** One line of a conversation; by the contact unless the shop is named. */
interface Turn {
  minutesAgo: number
  by?: 'shop'
  text?: string
  /** What comes with it, by its path. */
  file?: { type: 'image' | 'audio' | 'file'; url: string }
  /** A reply to the shop's story. */
  story?: boolean
}

export interface Story {
  name: string
  username: string
  turns: Turn[]
}

/** What waits in the shop's inbox when the sandbox starts for the first time. Everybody here is made up. */
export const stories: readonly Story[] = [
  {
    name: 'Hannah Lindqvist',
    username: 'hannah.lindqvist',
    turns: [
      { minutesAgo: 2900, text: 'Is the moss green jug dishwasher safe?' },
      { minutesAgo: 2870, by: 'shop', text: 'It is, on the gentle programme. 🌿' },
      { minutesAgo: 34, text: 'Lovely, I would like to order it! Do you ship to Sweden, and how long would it take?' },
    ],
  },
  {
    name: 'Jonas Wieser',
    username: 'jonas.wieser',
    turns: [
      {
        minutesAgo: 95,
        text: 'Hallo! Habt ihr am Samstag offen? Wir kämen aus Linz und würden gern im Atelier vorbeischauen.',
      },
    ],
  },
  {
    name: 'Lucía Ferrer',
    username: 'lucia.ferrer',
    turns: [
      {
        minutesAgo: 210,
        text: '¡Hola! ¿Qué medidas tiene el cuenco azul grande? ¿Cabe una ensalada para cuatro personas?',
      },
    ],
  },
  {
    name: 'נועה לוי',
    username: 'noa.l.home',
    turns: [{ minutesAgo: 410, text: 'הקנקן הגיע היום והוא יפה אפילו יותר מבתמונות. תודה רבה! 💛🙏' }],
  },
  {
    name: 'Markus Steindl',
    username: 'm.steindl',
    turns: [
      {
        minutesAgo: 1265,
        text:
          'Die Tasse aus Bestellung 20418 ist zerbrochen angekommen, und auf meine E-Mail von letzter Woche hat niemand ' +
          'geantwortet. Ich bin ziemlich verärgert und möchte mein Geld zurück.',
      },
    ],
  },
  {
    name: 'Sofía Romero',
    username: 'sofi.romero',
    turns: [{ minutesAgo: 48, text: '¡Qué bonito! ¿Estará también en la tienda en línea? 😍', story: true }],
  },
  {
    name: 'Priya Nair',
    username: 'priya.makes',
    turns: [
      { minutesAgo: 17, file: { type: 'image', url: '/pictures/teapot.png' } },
      { minutesAgo: 16.5, file: { type: 'audio', url: '/pictures/voice.wav' } },
      { minutesAgo: 16, text: 'Found this at my aunt’s. Do you still make it? I would love two cups to go with it.' },
    ],
  },
  {
    name: 'Emma Clarke',
    username: 'emma.clarke',
    turns: [
      { minutesAgo: 3.2, text: 'hey' },
      { minutesAgo: 3, text: 'is the speckled mug coming back' },
      { minutesAgo: 2.7, text: 'the big one!' },
    ],
  },
]

/** The same for the Page. */
export const pageStories: readonly Story[] = [
  {
    name: 'Greta Holm',
    username: 'greta.holm',
    turns: [
      { minutesAgo: 180, text: 'Hi! Do you take part in the market in Linz in December?' },
      { minutesAgo: 52, text: 'And could I pick up an order there instead of paying for shipping?' },
    ],
  },
  {
    name: 'Tomáš Novák',
    username: 'tomas.novak',
    turns: [{ minutesAgo: 700, text: 'Dobrý den, posíláte také do Brna? Mám zájem o šest šálků.' }],
  },
  {
    name: 'Aylin Demir',
    username: 'aylin.demir',
    turns: [
      { minutesAgo: 1500, text: 'Is the gift card valid in the studio too?' },
      { minutesAgo: 1480, by: 'shop', text: 'It is, for a year.' },
      { minutesAgo: 10, file: { type: 'file', url: '/pictures/wishes.pdf' } },
      { minutesAgo: 9, text: 'Great. Then two of 50 € please, as a PDF if that works?' },
    ],
  },
]

export const comments: readonly { name: string; username: string; minutesAgo: number; text: string }[] = [
  {
    name: 'Clara Moser',
    username: 'clara.moser',
    minutesAgo: 130,
    text: 'So schön geworden! Was kostet die große Schale?',
  },
  { name: 'Ben Okafor', username: 'ben.okafor', minutesAgo: 61, text: 'That glaze 😮 how is it done?' },
]
