import type { Command } from './command.ts'
import { commands } from './commands.ts'

export function overview(): string {
  const width = Math.max(...commands.map((command) => shortUsage(command).length))
  const lines = commands.map((command) => `  ${shortUsage(command).padEnd(width)}  ${command.about}`)
  return [
    'Answers a business’s messages with replies that Claude drafts and a person countersigns.',
    '',
    'Usage: countersign <command> [options]',
    '',
    ...lines,
    '',
    `  ${'<command> --help'.padEnd(width)}  What a command takes`,
    `  ${'--version'.padEnd(width)}  Version of this program`,
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 refused input,',
    '            69 something needed is away, 75 try later, 78 configuration',
  ].join('\n')
}

export function helpFor(command: Command): string {
  const example = command.example ? ['', `Example: ${command.example}`] : []
  return [command.about, '', usageOf(command), ...example].join('\n')
}

export function usageOf(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(
    ([name, { type }]) => `[--${name}${type === 'string' ? ' …' : ''}]`,
  )
  return ['Usage: countersign', shortUsage(command), ...options].join(' ')
}

function shortUsage({ name, args = [] }: Command): string {
  return [name, ...args.map((arg) => (arg.startsWith('[') ? arg : `<${arg}>`))].join(' ')
}
