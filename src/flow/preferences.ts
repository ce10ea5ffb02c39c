import type { Database } from '#db/client.ts'
import { saveKeys } from '#db/operators.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { chooseKeys, type Keys } from '#src/domain/keys.ts'

/** How one operator has the console; it changes no right and nothing of anybody else, so no entry is made of it. */
export function createPreferences({ db }: { db: Database }) {
  return {
    /** Throws `invalid_input` naming the two actions of one key, or what is no key. */
    async saveKeys({ operatorId, typed, on }: { operatorId: OperatorId; typed: Partial<Keys>; on: boolean }) {
      await saveKeys(db, operatorId, chooseKeys(typed, on))
    },
  }
}
