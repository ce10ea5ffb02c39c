import { randomBytes } from 'node:crypto'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { type Call, exitCodes, UsageError } from './command.ts'

/** Prints the key and nothing else, so that it can be piped into a file. */
export async function generateKeys({ args: [kind = 'fernet'], out }: Call): Promise<number> {
  switch (kind) {
    case 'fernet':
      out(`${generateFernetKey()}\n`)
      return exitCodes.done
    case 'session':
    case 'hex':
      out(`${randomBytes(32).toString('hex')}\n`)
      return exitCodes.done
    case 'approval':
    case 'audit': {
      const { privateKey, publicKey } = generateApprovalKeys()
      const name = kind.toUpperCase()
      out(`${name}_SIGNING_KEY=${privateKey}\n${name}_PUBLIC_KEY=${publicKey}\n`)
      return exitCodes.done
    }
    case 'api':
      out(`${randomBytes(32).toString('base64url')}\n`)
      return exitCodes.done
    default:
      throw new UsageError('The kinds of keys are fernet, session, approval, audit, api and hex')
  }
}
