/** Shapes that are secret or personal wherever they appear; none of them spans a quote, so a JSON line stays one. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [secret]'],
  [/(?<![A-Za-z0-9])(?:IGAA|EAA|IGQ)[\w-]{16,}/g, '[token]'],
  [/(?<![A-Za-z0-9])sk-ant-[\w-]{8,}/g, '[key]'],
  [/(?<![A-Za-z0-9])gAAAA[\w-]{16,}={0,2}/g, '[sealed]'],
  [/\b(access_token|client_secret|appsecret_proof|input_token|api_key|token)=[^&\s"'\\]+/gi, '$1=[secret]'],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"\\]*):[^\s@/"\\]+@/gi, '$1:[secret]@'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '[e-mail]'],
  [/\+\d[\d ().-]{6,18}\d/g, '[phone]'],
]

/** What no shape can do without. Most lines hold none of it, and one look for it costs a twentieth of looking for each shape. */
const HINT = /[@=]|\+\d|bearer|igaa|eaa|igq|sk-ant-|gaaaa/i

/** The last lock before a log line leaves the process: takes out what looks like a secret, an address or a phone number. */
export function scrub(text: string): string {
  return HINT.test(text) ? scrubThoroughly(text) : text
}

/** Looks for each shape. */
export function scrubThoroughly(text: string): string {
  return shapes.reduce((clean, [shape, mark]) => clean.replace(shape, mark), text)
}
