import type { ParseArgsConfig } from 'node:util'
import type { Environment } from '#src/config.ts'

/** Data goes to `out`, everything said to a person to `err`. */
export interface Io {
  env: Environment
  out: (text: string) => void
  err: (text: string) => void
  /** Waits until whoever reads `out` has room for more; for what is too long to be held. */
  drained?: () => Promise<unknown>
  /** Reads a secret: never from the arguments, which every process of the machine can see. */
  readSecret: (prompt: string) => Promise<string>
}

export interface Call extends Io {
  /** What follows the command's name. */
  args: string[]
  options: Record<string, string | boolean | undefined>
}

/** Answers the exit code. */
export type Run = (call: Call) => Promise<number>

export interface Command {
  name: string
  about: string
  /** Names of its arguments; one in brackets may be left out. */
  args?: readonly string[]
  options?: NonNullable<ParseArgsConfig['options']>
  /** Needs no secret, so that no backend is asked. */
  offline?: true
  /** One line a person could type. */
  example?: string
  load: () => Promise<Run>
}

/** https://clig.dev, with the numbers of sysexits.h from 64 on. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  invalid: 5,
  unavailable: 69,
  tryLater: 75,
  config: 78,
} as const

/** The command was typed wrongly. The message repeats nothing that was typed: it may be a secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
