import { randomBytes } from 'node:crypto'
import { environment, readConfig } from '#src/config.ts'
import { createSandbox } from './sandbox.ts'

const EX_CONFIG = 78
/** The seed of a world in which nobody has written yet. */
const EMPTY_WORLD = 0

try {
  await play()
} catch (error) {
  const isConfig = error instanceof Error && error.name === 'ConfigError'
  process.stderr.write(`${error instanceof Error ? error.message : 'The sandbox could not start'}\n`)
  process.exit(isConfig ? EX_CONFIG : 1)
}

/** The process that plays Instagram and Claude. */
async function play(): Promise<void> {
  const config = readConfig(environment, 'sandbox')
  // Straight to the web process: a public address may lead over the internet.
  const doors = `http://${reachable(config.host)}:${config.port}/webhooks`
  const pageSecret = config.metaAppSecrets[0]?.secret.reveal()
  const sandbox = createSandbox({
    seed: String(config.sandboxSeed),
    opens: config.sandboxSeed !== EMPTY_WORLD,
    webhookUrl: `${doors}/instagram`,
    consoleUrl: config.publicUrl,
    appSecret: config.instagramAppSecrets[0]?.secret.reveal() ?? '',
    page: pageSecret === undefined ? undefined : { webhookUrl: `${doors}/messenger`, appSecret: pageSecret },
    appId: config.metaAppId,
    instagramAppId: config.instagramAppId,
    // Without a key the drafts come from elsewhere, and the stand-in accepts nobody.
    anthropicApiKey: config.anthropicApiKey?.reveal() ?? randomBytes(32).toString('hex'),
    statePath: config.sandboxStatePath,
  })
  const url = await sandbox.listen(config.sandboxPort, config.sandboxHost)
  process.stdout.write(`${JSON.stringify({ sandbox: 'listening', url })}\n`)

  const stop = () => void sandbox.close().finally(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
