import { AppError } from '#src/domain/errors.ts'
import { createMakeSetupLink } from '#src/flow/set-up.ts'
import { type Call, exitCodes } from './command.ts'
import { now, required, withDatabase } from './house.ts'

/** The link is the only thing on stdout, so that whoever started us can pick it up. */
export async function printSetupLink(call: Call): Promise<number> {
  return withDatabase(call, async (db, { authMode, publicUrl, sessionSecret }) => {
    // There is no page behind the link where another service signs people in.
    if (authMode === 'external')
      throw new AppError('conflict', 'Another service signs people in here: AUTH_SERVICE_URL')
    const makeSetupLink = createMakeSetupLink({ db, pepper: required(sessionSecret, 'SESSION_SECRET'), now })
    const { token, expiresAt } = await makeSetupLink()
    call.out(`${publicUrl}/setup?token=${token}\n`)
    call.err(`It works once, until ${expiresAt.toISOString()}\n`)
    return exitCodes.done
  })
}
