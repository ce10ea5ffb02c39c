/** Written with escapes, so that an editor shows what they are. */
const ZALGO = [...'Zalgo waits']
  .map((letter) => letter + '\u0300\u0316\u0489\u035C\u0301\u0323\u0334'.repeat(2))
  .join('')

interface Writer {
  name: string
  texts: string[]
}

/** People whose words a page has to bear: long, in other directions, or written to break it. */
export const writers: Writer[] = [
  {
    name: 'Maximiliane Freifrau von Hohenstein-Waldburg zu Wolfegg und Waldsee',
    texts: [
      `Good morning. ${'I ordered the big tent with the blue groundsheet three weeks ago and have heard nothing since. '.repeat(9)}`,
      'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft?',
      'https://example.com/orders/2026/11/24/a-very-long-address-that-nobody-can-break/0123456789abcdef0123456789abcdef?with=parameters&and=more',
    ],
  },
  { name: 'ليلى حسن', texts: ['مرحباً، هل تشحنون إلى فيينا؟', 'رقم الطلب هو AB-1234، متى يصل؟ شكراً جزيلاً'] },
  { name: 'נועה לוי', texts: ['שלום, מה שעות הפתיחה שלכם ביום שישי?'] },
  {
    name: '\u202Eecila\u202C \u2066<b>bold</b>',
    texts: ['invoice\u202Efdp.exe', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  },
  { name: ZALGO, texts: [ZALGO.repeat(5)] },
  {
    name: '👩‍👩‍👧‍👦👍🏽🏳️‍🌈\u{1F468}\u200D \uFE0F\u{1F1E6}',
    texts: ['\u{1F468}\u200D\u{1F469}\u200D \uFE0F\u20E3 \u{1F1E6} 👍🏿', '🙂'.repeat(400)],
  },
  { name: 'W'.repeat(190), texts: ['x'.repeat(10_000)] },
]
