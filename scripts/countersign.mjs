// `npm run -s countersign -- <command>`: the product's command line with the settings of `npm start`.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { generatedSecrets, givenEnvironment, withKeptAddresses, withSecrets } from './lib/environment.mjs'
import { prepare } from './lib/launch.mjs'
import { checkMachine, dataFolder, root } from './lib/place.mjs'
import { built } from './lib/product.mjs'
import { main } from './lib/say.mjs'

await main(async () => {
  checkMachine()
  await prepare()
  const secrets = await generatedSecrets(dataFolder)
  const env = withKeptAddresses(withSecrets(givenEnvironment(), secrets), dataFolder)
  const { environmentFor } = await built('src/config.js')
  const child = spawn(process.execPath, [path.join(root, 'dist/src/cli.js'), ...process.argv.slice(2)], {
    env: environmentFor(env, 'cli'),
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
})
