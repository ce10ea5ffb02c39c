import { parseUrl } from './url.ts'

/** Whatever is meant as a link: an address with a scheme, one that lost a sign of it, or a bare `www.`. */
const MEANT = /(?<![\p{L}\p{N}])(?:https?(?::(?:\s?\/|[^\s/])|\/\/)|[a-z][a-z0-9+.-]{1,20}:\/\/|www\.(?=\S))\S*/giu
// The look behind keeps it from trying every place in a long row of signs.
const AFTER_IT = /(?<![\])>}.,;:!?'"»”’…])[\])>}.,;:!?'"»”’…]+$/u
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?'
const HOST = new RegExp(
  `^(?=.{1,253}$)(?:(?:${LABEL}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])|\\d{1,3}(?:\\.\\d{1,3}){3})$`,
)
/** Signs that a web address holds only in their encoded form; unfilled `{placeholders}` among them. */
const NEVER = /[<>{}|\\^`"]|%(?![0-9a-f]{2})/i

/** A name with a dot in it, as people type an address; a forgotten space after a full stop counts too. */
const BARE = /(?<![\p{L}\p{N}@.-])(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}(?![\p{L}\p{N}])/u

/** Whether anything in a text could lead somewhere. */
export function hasLink(text: string): boolean {
  return text.search(MEANT) >= 0 || BARE.test(text)
}

/** Which link of a text is the first that leads nowhere, counted from one; 0 when each is a web address. */
export function malformedLinkIn(text: string): number {
  const links = [...text.matchAll(MEANT)].map(([link]) => link.replace(AFTER_IT, ''))
  return links.findIndex((link) => !isWellFormed(/^www\./i.test(link) ? `https://${link}` : link)) + 1
}

/** The address parser mends a lot that a reader's app does not, so its result alone is no proof. */
function isWellFormed(link: string): boolean {
  const url = /^https?:\/\/[^/]/i.test(link) && !NEVER.test(link) ? parseUrl(link) : undefined
  return url !== undefined && url.username === '' && url.password === '' && HOST.test(url.hostname)
}
