// Starts the private servers of a folder as `npm start` does, says where they are, and stays until it is stopped.
import path from 'node:path'
import { generatedSecrets } from '../../scripts/lib/environment.mjs'
import { createFamily } from '../../scripts/lib/family.mjs'
import { endLeftovers } from '../../scripts/lib/pids.mjs'
import { startStores } from '../../scripts/lib/stores.mjs'

const [folder, onPort] = process.argv.slice(2)
const runFolder = path.join(folder, 'run')
const secrets = await generatedSecrets(folder)
const left = await endLeftovers(runFolder, 20_000)
const family = createFamily({ runFolder })
process.on('SIGTERM', () => void family.stop())
const wanted = ['redis', 'mysql']
const stores = await startStores(family, {
  folder,
  secrets,
  wanted,
  databases: ['countersign'],
  onPort: onPort === 'on-port',
})
const said = {
  mysql: stores.mysql.url('countersign'),
  redis: stores.redis.url,
  pids: wanted.map((name) => family.pidOf(name)),
  left: left.map((one) => one.name),
}
process.stdout.write(`${JSON.stringify(said)}\n`)
