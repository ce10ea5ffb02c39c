import { parseArgs } from 'node:util'
import { openSecrets } from '#src/config/secrets.ts'
import { type Command, exitCodes, type Io, UsageError } from './command.ts'
import { commands } from './commands.ts'
import { tellError } from './failure.ts'
import { helpFor, overview } from './help.ts'
import { version } from './version.ts'

/** Runs one command and answers the exit code; nothing is thrown. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const command = findCommand(argv)
  const rest = command ? argv.slice(command.name.split(' ').length) : argv
  try {
    if (command)
      return rest.includes('--help') || rest.includes('-h')
        ? print(io, helpFor(command))
        : await call(command, rest, io)
    return withoutCommand(rest, io)
  } catch (error) {
    return tellError(error, command, io)
  }
}

/** The longest name that fits, so that `migrate status` is not `migrate`. */
function findCommand(argv: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, i) => argv[i] === word))
}

function withoutCommand([first]: readonly string[], io: Io): number {
  if (first === '--version' || first === '-v') return print(io, version())
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') return print(io, overview())
  throw new UsageError('There is no such command')
}

function print(io: Io, text: string): number {
  io.out(`${text}\n`)
  return exitCodes.done
}

async function call(command: Command, rest: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(command, rest)
  const names = command.args ?? []
  const required = names.filter((name) => !name.startsWith('[')).length
  if (positionals.length < required) throw new UsageError(`This command needs ${names[positionals.length]}`)
  if (positionals.length > names.length)
    throw new UsageError('This command takes no more arguments; secrets are read from standard input')
  const run = await command.load()
  const { env } = command.offline ? io : await openSecrets(io.env, ['cli'])
  return run({ ...io, env, args: positionals, options: values as Record<string, string | boolean | undefined> })
}

function parse({ options = {} }: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch {
    // Node's own message repeats what was typed.
    throw new UsageError('This command does not take these options')
  }
}
