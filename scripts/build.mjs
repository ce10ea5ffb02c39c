// `npm run build`: dist, when the sources have changed since.
import { prepare } from './lib/launch.mjs'
import { checkMachine } from './lib/place.mjs'
import { main } from './lib/say.mjs'

await main(() => {
  checkMachine()
  return prepare()
})
