import { errorFields, type Log } from '#src/observability/logger.ts'
import { SecretsError } from './config/errors.ts'
import { openSecrets, warningFor } from './config/secrets.ts'
import { type Config, ConfigError, environment, type ProcessRole, readConfig } from './config.ts'

const EX_UNAVAILABLE = 69
const EX_CONFIG = 78
const REFRESH_MS = 60_000

export async function configOrExit<R extends ProcessRole>(role: R): Promise<Config[R]> {
  return (await openConfigOrExit(role)).config
}

/** The configuration of this process; when it has faults they are told, all of them, and the process ends. */
export async function openConfigOrExit<R extends ProcessRole>(
  role: R,
): Promise<{ config: Config[R]; isSecretsHere: (() => boolean) | undefined }> {
  try {
    const { env, live, refresh, isHere } = await openSecrets(environment, [role])
    const warning = role === 'web' && warningFor(environment)
    if (warning) process.stderr.write(`${warning}\n`)
    if (live.size > 0) keepFresh(refresh)
    return { config: readConfig(env, role, live), isSecretsHere: isHere }
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof SecretsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(error instanceof SecretsError && error.isPassing ? EX_UNAVAILABLE : EX_CONFIG)
  }
}

/** A backend that is away takes nothing from a process that has its secrets; what is wrong is told when it changes. */
function keepFresh(refresh: () => Promise<SecretsError[]>): void {
  let told = ''
  setInterval(async () => {
    const wrong = (await refresh()).map(({ message }) => message).join('; ')
    if (wrong !== told && wrong) process.emitWarning(`Secrets stay as they are: ${wrong}`)
    told = wrong
  }, REFRESH_MS).unref()
}

/** Things that are open, to be closed in reverse order. */
export function createClosers() {
  const closers: { name: string; close: () => Promise<unknown> }[] = []
  return {
    add<T>(name: string, thing: T, close: () => Promise<unknown>): T {
      closers.push({ name, close })
      return thing
    },

    /** On the signal to end: closes all and exits. What is not closed by the deadline is left behind. */
    onSignal(log: Log, deadlineMs: number): void {
      const end = async (signal: string) => {
        log.info({ signal }, 'closing')
        // What matters is committed: a process that ends here is like one that was killed, only tidier.
        setTimeout(() => process.exit(1), deadlineMs).unref()
        for (const { name, close } of closers.toReversed()) {
          await close().catch((error: unknown) => log.warn({ part: name, error: errorFields(error) }, 'did not close'))
        }
        process.exit(0)
      }
      for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, (name) => void end(name))
    },
  }
}

/** An error nobody caught is told without its words; the parent starts the process again. */
export function exitOnLostErrors(log: Log): void {
  const lost = (error: unknown) => {
    log.error({ error: errorFields(error) }, 'lost error')
    process.exit(1)
  }
  process.on('uncaughtException', lost)
  process.on('unhandledRejection', lost)
}
