/**
 * The address in a text, or nothing. Node 20's `URL.canParse` refuses good addresses with letters such as ü once it has been
 * called some thousand times and is optimised; `new URL` does not. https://github.com/AikidoSec/firewall-node/pull/1086
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
