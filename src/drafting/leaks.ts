/*
 * A reply may name only what somebody of ours wrote down, or what the contact brought along: no foreign link, no address or
 * number out of nowhere, nothing that looks like a key. Everything here errs on the side of asking a person.
 */
import { parseUrl } from '#src/domain/url.ts'

const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw'
const GENERIC =
  'com net org info biz edu gov mil int app dev shop store online site website web page blog xyz club top live link click bio pro vip fun space world today life email chat cloud tech agency digital media news gift sale deals cash money bank finance loan win bet casino porn sex asia mobi name cat tel travel'
const BARE_ENDINGS = new Set(`${COUNTRIES} ${GENERIC}`.split(' '))

const WITH_SCHEME = /(?<![\p{L}\p{N}])([a-z][a-z0-9+.-]{0,20}):\/\/\S+/giu
const BARE =
  /(?<![\p{Script=Latin}\p{N}@._-])((?:[\p{Script=Latin}\p{N}-]+\.)+(?:\p{Script=Latin}{2,24}|xn--[a-z0-9-]+))(?::\d+)?(\/\S*)?/giu
const IP = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g
const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu
const MENTION = /(?<![\p{L}\p{N}._%+-])@[\p{L}\p{N}_](?:[\p{L}\p{N}._]*[\p{L}\p{N}_])?/gu
const NUMBER = /(?<![\p{L}\p{N}])\+?\(?\d[\d \u00a0()./-]{5,}\d/gu
const DAY = '(?:0?[1-9]|[12]\\d|3[01])'
const MONTH = '(?:0?[1-9]|1[0-2])'
const DATES = new RegExp(
  `\\b\\d{4}-\\d{2}-\\d{2}\\b|\\b${DAY}[./]${MONTH}[./](?:\\d{4}|\\d{2})?(?![.\\d])|\\b${MONTH}/${DAY}/\\d{2,4}\\b`,
  'g',
)
const HOURS = /\b\d{1,2}[.:]\d{2} ?[-–] ?\d{1,2}[.:]\d{2}\b/g
const DIGITS_MIN = 7
/** Shorter than any phone number is unique, longer than a country code: what two spellings of a number share. */
const SHARED_DIGITS = 9

const SECRETS = [
  /\bsk-[A-Za-z0-9_-]{16,}/,
  /\b(?:EAA|IGAA|IGQ)[A-Za-z0-9_-]{20,}/,
  /\bgAAAA[A-Za-z0-9_=-]{40,}/,
  /\b(?:gh[pousr]_|github_pat_|xox[abprs]-|AKIA|AIza)[A-Za-z0-9_-]{12,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\./,
  /\bBearer\s+[A-Za-z0-9._~+/-]{16,}/i,
  /-----BEGIN [A-Z ]+-----/,
]

export interface Sources {
  /** What operators wrote: the only place a link may come from. */
  ours: string[]
  /** What the conversation says. */
  thread: string[]
}

/** In words what the reply names without a source; undefined when all is well. */
export function findLeak(reply: string, { ours, thread }: Sources): string | undefined {
  const text = reply.normalize('NFKC')
  const known = [...ours, ...thread].map((source) => source.normalize('NFKC').toLowerCase())
  const isKnown = (word: string) => known.some((source) => source.includes(word.toLowerCase()))
  if (SECRETS.some((shape) => shape.test(text))) return 'The reply contains what looks like a secret'
  const allowed = new Set(ours.flatMap((source) => hostsOf(source.normalize('NFKC'))))
  const host = hostsOf(text).find((candidate) => !allowed.has(candidate))
  if (host !== undefined) return `The reply links to ${host}, which neither the knowledge nor the voice names`
  if (text.match(EMAIL)?.some((address) => !isKnown(address)))
    return 'The reply names an e-mail address without a source'
  if (text.match(MENTION)?.some((name) => !isKnown(name))) return 'The reply names an account without a source'
  const digits = known.map((source) => source.replace(/\D/g, ''))
  const isNumberKnown = (number: string) => digits.some((source) => source.includes(number.slice(-SHARED_DIGITS)))
  if (numbersOf(text).some((number) => !isNumberKnown(number)))
    return 'The reply names a phone number or other number without a source'
  return undefined
}

/** The hosts of everything in a text that a messenger would turn into a link. */
function hostsOf(text: string): string[] {
  const hosts: string[] = []
  const rest = text
    .replace(WITH_SCHEME, (link) => {
      hosts.push(hostOf(link))
      return ' '
    })
    .replace(EMAIL, ' ')
  for (const [, name = '', path] of rest.matchAll(BARE)) if (isLink(name, path)) hosts.push(hostOf(`http://${name}`))
  return [...hosts, ...(rest.match(IP) ?? [])]
}

function hostOf(link: string): string {
  const url = link.replace(/[),.;!?'"»”]+$/u, '')
  const { protocol, hostname } = parseUrl(url) ?? { protocol: '', hostname: '' }
  const isWeb = (protocol === 'http:' || protocol === 'https:') && hostname !== ''
  return isWeb ? hostname.replace(/^www\./, '').replace(/\.$/, '') : link.slice(0, 60)
}

function isLink(name: string, path: string | undefined): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return path !== undefined || /^www\./i.test(name) || ending.startsWith('xn--') || BARE_ENDINGS.has(ending)
}

/** Long numbers as bare digits; dates and hours are not meant. */
function numbersOf(text: string): string[] {
  const found = text.replace(DATES, ' … ').replace(HOURS, ' … ').match(NUMBER) ?? []
  return found.map((number) => number.replace(/\D/g, '')).filter((number) => number.length >= DIGITS_MIN)
}
