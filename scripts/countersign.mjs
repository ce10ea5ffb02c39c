// `npm run -s countersign -- <command>`: the product's command line with the settings of `npm start`.
import { spawn } from 'node:child_process'
import path from 'node:path'
import {
  createSources,
  exposedFiles,
  generatedSecrets,
  keptAddresses,
  settingsLayers,
  underlay,
  withSecrets,
} from './lib/environment.mjs'
import { prepare } from './lib/launch.mjs'
import { checkMachine, dataFolder, root } from './lib/place.mjs'
import { built, laterAddresses, withKeptSecrets, withSandboxIfOn } from './lib/product.mjs'
import { main, say } from './lib/say.mjs'

const args = process.argv.slice(2)

await main(async () => {
  checkMachine()
  await prepare()
  const { env, sources } = await settings()
  if (args[0] === 'config') exposedFiles().forEach(say)
  const { environmentFor } = await built('src/config.js')
  const child = spawn(process.execPath, [path.join(root, 'dist/src/cli.js'), ...args], {
    // Only who judges the configuration needs to see all of it.
    env: args[0] === 'config' ? { ...env, COUNTERSIGN_SOURCES: JSON.stringify(sources) } : environmentFor(env, 'cli'),
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
})

function isOffline([first, second]) {
  return (
    first === undefined || first.startsWith('-') || first === 'health' || (first === 'keys' && second === 'generate')
  )
}

/** As `npm start` would have them, with the stores and the sandbox of the last start. */
async function settings() {
  const secrets = await generatedSecrets(dataFolder)
  const kept = keptAddresses(dataFolder)
  const port = () => new URL(kept.SANDBOX_URL ?? 'http://127.0.0.1:0').port || '0'
  // What npm start would see to is no fault.
  const later = args[0] === 'config' && args[1] === 'check' ? laterAddresses : {}
  const { note, sources } = createSources()
  let env = {}
  for (const { from, settings } of settingsLayers()) env = note(underlay(env, settings), from)
  // Who only asks what there is to do needs no secret, and who makes keys has none yet.
  if (!isOffline(args)) env = note(await withKeptSecrets(env), env.SECRETS_BACKEND)
  env = note(withSecrets(env, secrets), 'made by npm start')
  env = note(underlay(env, kept), 'last npm start')
  env = note(await withSandboxIfOn(underlay(env, later), { port, secrets, folder: dataFolder }), 'sandbox')
  return { env, sources }
}
