import { expect, it } from 'vitest'
import { secretsIn } from './staged.mjs'

// Put together here, so that this file is no finding itself.
const letters = (count) => 'aB3-'.repeat(count).slice(0, count)

it.each([
  '.env',
  '.env.production',
  'deploy/.envrc',
  'credentials.json',
  'keys/id_rsa',
  'tls/server.pem',
  'server.key',
  '.data/secrets.env',
])('refuses %s for its name', (file) => {
  expect(secretsIn(file, '')).toHaveLength(1)
})

it.each(['.env.example', 'src/config.ts', 'src/environment.ts'])('lets %s pass', (file) => {
  expect(secretsIn(file, 'APP_SECRET_KEY=\nSESSION_SECRET=your-secret\n')).toEqual([])
})

it.each([
  ['an Anthropic key', `key: "${['sk', 'ant', 'api03'].join('-')}-${letters(80)}"`],
  ['an Instagram or Facebook token', `${'IGA'}A${letters(120).replaceAll('-', 'x')}`],
  ['a sealed token', `${'gAAAA'}A${letters(120)}`],
  ['a private key', `${'-----BEGIN'} PRIVATE KEY-----`],
  ['a GitHub token', `${'gh'}p_${'a1B2'.repeat(9)}`],
  ['the value of a secret setting', `  ${'INSTAGRAM_APP'}_SECRET=${'0a'.repeat(16)}`],
])('refuses %s, names the line and never the value', (kind, line) => {
  expect(secretsIn('src/a.ts', `first\n${line}\n`)).toEqual([`src/a.ts:2: ${kind}`])
})

it('does not take the made-up keys of tests for real ones', () => {
  expect(secretsIn('a.test.ts', "const token = 'IGAAcanary123'; const key = 'sk-ant-canary'")).toEqual([])
})
