/** Files that hold secrets by their very name; `.env.example` is the one that may be shown. */
const SECRET_FILES =
  /(^|\/)(\.env(\.(?!example$)[^/]*)?|\.envrc|credentials\.json|secrets\.(json|env)|id_(rsa|ed25519|ecdsa)|[^/]*\.(pem|key|p12|pfx))$/

/** The vectors of the Fernet specification: published, and sealed with a published key. */
const PUBLISHED = /^tests\/fixtures\/fernet\/\w+\.json$/

/** The shapes of real keys, long enough that the made-up ones of tests are not taken for them. */
const SHAPES = {
  'an Anthropic key': /\bsk-ant-(?!sandbox)[\w-]{60,}/,
  'an Instagram or Facebook token': /\b(IGA|EAA)[A-Za-z0-9_-]{80,}/,
  'a sealed token': /\bgAAAAA[\w-]{90,}/,
  'an AWS key': /\b(AKIA|ASIA)[A-Z2-7]{16}\b/,
  'a GitHub token': /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})/,
  'a Slack token': /\bxox[abprs]-[\w-]{20,}/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'the value of a secret setting':
    /^\s*(export\s+)?(APP_SECRET_KEY|SESSION_SECRET|(APPROVAL|AUDIT)_SIGNING_KEY|WEBHOOK_VERIFY_TOKEN|\w+_APP_SECRET)\s*=\s*["']?[\w+/=-]{24,}/m,
}

/** What in a file looks like a secret, as 'file:line: kind'. Never the value. */
export function secretsIn(file, text) {
  if (PUBLISHED.test(file)) return []
  const byName = SECRET_FILES.test(file) ? [`${file}: a file of that name holds secrets`] : []
  const byShape = text
    .split('\n')
    .flatMap((line, i) =>
      Object.entries(SHAPES).flatMap(([kind, shape]) => (shape.test(line) ? [`${file}:${i + 1}: ${kind}`] : [])),
    )
  return [...byName, ...byShape]
}
