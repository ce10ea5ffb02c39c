/**
 * Shapes of keys and tokens that are known by how they look. Each begins with what none of them can do without, and has an end
 * to how far it looks, so that no text makes the search slow.
 */
const BEFORE = `(?<![A-Za-z0-9])`

export const secretShapes: readonly RegExp[] = [
  String.raw`\b(?:Bearer|Basic)\s{1,4}[\w.~+/=-]{8,4096}`,
  String.raw`${BEFORE}(?:IGAA|EAA|IGQ)[\w-]{16,1024}`,
  String.raw`${BEFORE}sk-(?:ant-)?[\w-]{8,512}`,
  `${BEFORE}(?:sk|rk|pk|whsec)_(?:live|test)?_?[A-Za-z0-9]{16,512}`,
  String.raw`${BEFORE}gAAAA[\w-]{16,4096}={0,2}`,
  String.raw`${BEFORE}(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|npm_|AKIA|ASIA|AIza|ya29\.|SG\.)[\w.-]{11,511}[\w-]`,
  String.raw`${BEFORE}eyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]{0,4096}`,
  `-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,8192}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?`,
].map((source) => new RegExp(source, source.startsWith('\\b') ? 'gi' : 'g'))

/** A value that a name before it gives away; the name stays. */
export const namedSecretShapes: readonly RegExp[] = [
  /\b(?:access_token|refresh_token|client_secret|appsecret_proof|input_token|api_?key|token|secret|passw(?:or)?d|pwd|signature)["']?\s{0,3}[=:]\s{0,3}["']?(?<value>[^&\s"'\\,;]{6,4096})/gi,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"\\]{0,200}:(?<value>[^\s@/"\\]{1,200})@/gi,
]
