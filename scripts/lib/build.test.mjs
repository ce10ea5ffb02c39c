import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { isPrebuilt, sourcesHash } from './build.mjs'

function aProject() {
  const folder = mkdtempSync(path.join(tmpdir(), 'project-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const top of ['src/room', 'workers', 'db/migrations']) mkdirSync(path.join(folder, top), { recursive: true })
  const write = (file, text) => writeFileSync(path.join(folder, file), text)
  for (const file of [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'src/room/a.ts',
    'db/migrations/0000_a.sql',
  ])
    write(file, file)
  return { folder, write }
}

it.each(['src/room/a.ts', 'db/migrations/0000_a.sql', 'tsconfig.build.json', 'workers/new.ts'])(
  'builds again after a change of %s',
  (file) => {
    const { folder, write } = aProject()
    const before = sourcesHash(folder)
    write(file, 'changed')
    expect(sourcesHash(folder)).not.toBe(before)
  },
)

it('builds again after a file was removed', () => {
  const { folder } = aProject()
  const before = sourcesHash(folder)
  rmSync(path.join(folder, 'src/room/a.ts'))
  expect(sourcesHash(folder)).not.toBe(before)
})

it('does not build again for a test', () => {
  const { folder, write } = aProject()
  const before = sourcesHash(folder)
  write('src/room/a.test.ts', 'a test')
  expect(sourcesHash(folder)).toBe(before)
})

it('takes dist as it is where there are no sources', () => {
  const { folder } = aProject()
  mkdirSync(path.join(folder, 'dist'))
  expect(isPrebuilt(folder)).toBe(false)
  rmSync(path.join(folder, 'src'), { recursive: true })
  expect(isPrebuilt(folder)).toBe(true)
})
