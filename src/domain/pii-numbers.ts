/** Whether the digits of a card end in their check digit (ISO/IEC 7812). */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = Number(digits[at]) * (double ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}

/** How the numbers of each scheme begin and how long they are: https://en.wikipedia.org/wiki/Payment_card_number */
const schemes: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d+$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]|[68]\d)\d{11}$/,
  /^(?:6011|65|64[4-9])\d+$/,
  /^35(?:2[89]|[3-8]\d)\d{12}$/,
  /^62\d{14,17}$/,
]
const SIXTEEN = 16
const ANY_LENGTH = /^(?:3|4|62)/

export function isCard(digits: string): boolean {
  if (digits.length !== SIXTEEN && !ANY_LENGTH.test(digits)) return false
  if (/^(\d)\1+$/.test(digits)) return false
  return schemes.some((scheme) => scheme.test(digits)) && passesLuhn(digits)
}

/** Characters of an IBAN by country: https://www.swift.com/standards/data-standards/iban-international-bank-account-number */
const ibanLengths: Partial<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 ' +
    'MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 ' +
    'TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((row) => [row.slice(0, 2), Number(row.slice(2))]),
)

export function ibanLength(country: string): number | undefined {
  return ibanLengths[country.toUpperCase()]
}

/** ISO 7064: the first four go to the end, letters become two digits, and the whole is one more than a multiple of 97. */
export function passesMod97(iban: string): boolean {
  let rest = 0
  for (const character of `${iban.slice(4)}${iban.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

export function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || !/\d/.test(text)) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const isMixed = last.includes('.')
  if (isMixed && !isIpv4(last)) return false
  const plain = isMixed ? groups.slice(0, -1) : groups
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  const count = plain.length + (isMixed ? 2 : 0)
  return halves.length === 2 ? count > 0 && count < 8 : count === 8
}

export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
}
