import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { areInstalled } from './node-modules.mjs'
import { root } from './place.mjs'

const WANTED = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/tool': { version: '2.0.0', dev: true },
  'node_modules/other-system': { version: '3.0.0', optional: true },
}

function aTree({ wanted = WANTED, present, onDisk = Object.keys(present ?? {}) }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tree-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }))
  for (const at of onDisk) {
    mkdirSync(path.join(folder, at), { recursive: true })
    writeFileSync(path.join(folder, at, 'package.json'), '{}')
  }
  if (present)
    writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }))
  return folder
}

const whole = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/tool': { version: '2.0.0' } }
const withoutTool = { 'node_modules/a': { version: '1.0.0' } }

it('is content with a tree as the lockfile has it, without the packages of other systems', () => {
  expect(areInstalled(aTree({ present: whole }), true)).toBe(true)
})

it.each([
  ['there is none', {}],
  ['an installation was cut short', { present: undefined, onDisk: Object.keys(whole) }],
  ['a version differs', { present: { ...whole, 'node_modules/a': { version: '0.9.0' } } }],
  ['a package is missing', { present: withoutTool }],
  ['a folder was deleted', { present: whole, onDisk: ['node_modules/a'] }],
])('sees that %s', (_what, tree) => {
  expect(areInstalled(aTree(tree), true)).toBe(false)
})

it('does without the build tools where there is nothing to build', () => {
  expect(areInstalled(aTree({ present: withoutTool }), false)).toBe(true)
})

it('has every optional package of every system in the lockfile, without which npm ci refuses it', () => {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isResolvable(packages, at, name)),
  )
  expect(missing).toEqual([])
})

/** As Node looks for it: beside the package, then up. */
function isResolvable(packages, at, name) {
  if (packages[path.posix.join(at, 'node_modules', name)]) return true
  return at !== '' && isResolvable(packages, at.slice(0, Math.max(at.lastIndexOf('node_modules/') - 1, 0)), name)
}
