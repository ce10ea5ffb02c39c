// Makes private servers in a folder ready to be started, as durable as those of `npm start`, and says how to start them.
import { generatedSecrets } from '../../scripts/lib/environment.mjs'
import { startStores } from '../../scripts/lib/stores.mjs'

const [folder] = process.argv.slice(2)
const nobody = { start: async () => undefined }
const secrets = await generatedSecrets(folder)
const wanted = ['redis', 'mysql']
const { redis, mysql } = await startStores(nobody, {
  folder,
  secrets,
  wanted,
  databases: ['countersign'],
  onPort: true,
})
const said = { secrets, redis, mysql: { ...mysql, url: mysql.url('countersign') } }
process.stdout.write(`${JSON.stringify(said)}\n`)
