/** A fault the person at the terminal can mend: its words are printed without a stack, and the process ends with its code. */
export class Halt extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode) {
    super(message)
    this.name = 'Halt'
    this.exitCode = exitCode
  }
}

/** Exit codes, as sysexits.h numbers them. */
export const EXIT = { failure: 1, unavailable: 69, tryLater: 75, config: 78 }

const colours = process.stderr.isTTY && !process.env.NO_COLOR

/** Progress goes to stderr; stdout carries only what was asked for. */
export function say(line) {
  process.stderr.write(`${colours ? '\u001b[2m·\u001b[0m' : '·'} ${line}\n`)
}

/** Runs a step that may take long: says what it does before, and how long it took after. */
export async function step(what, work) {
  const started = performance.now()
  say(`${what} …`)
  const result = await work()
  say(`${what}: done in ${seconds(performance.now() - started)}`)
  return result
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

/** Runs a script's main function; a Halt ends it in plain words. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0
  } catch (error) {
    process.stderr.write(error instanceof Halt ? `${error.message}\n` : `${error?.stack ?? error}\n`)
    process.exitCode = error instanceof Halt ? error.exitCode : EXIT.failure
  }
}
