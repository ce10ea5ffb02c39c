import { spawn } from 'node:child_process'
import path from 'node:path'
import { root } from './place.mjs'
import { seconds } from './say.mjs'

const modules = path.join(root, 'node_modules')

/** The development tools by the files that start them, so that nothing depends on PATH. */
export const tools = {
  biome: path.join(modules, '@biomejs/biome/bin/biome'),
  tsc: path.join(modules, 'typescript/bin/tsc'),
  knip: path.join(modules, 'knip/bin/knip.js'),
  vitest: path.join(modules, 'vitest/vitest.mjs'),
}

/** Runs a tool in the project's folder with the terminal to itself; answers its exit code. */
export function runTool(name, args, { env = process.env } = {}) {
  const child = spawn(process.execPath, [tools[name], ...args], { cwd: root, env, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** Runs a tool beside others: what it says is kept until it is done. */
export function runQuietly(name, args) {
  const started = performance.now()
  const child = spawn(process.execPath, [tools[name], ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = []
  child.stdout.on('data', (part) => said.push(part))
  child.stderr.on('data', (part) => said.push(part))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({
        code: code ?? 1,
        said: Buffer.concat(said).toString('utf8'),
        took: seconds(performance.now() - started),
      }),
    )
  })
}
