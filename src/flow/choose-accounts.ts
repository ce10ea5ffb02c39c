import { type AccountLogin, endLogin, type LoginChoice, moveLogin, readLogin } from '#db/account-logins.ts'
import { findAccount, readAccount } from '#db/accounts.ts'
import { AppError } from '#src/domain/errors.ts'
import type { LoginId } from '#src/domain/ids.ts'
import { type LoginEnd, type LoginView, missingTasks } from '#src/domain/login.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Visitor } from './begin-login.ts'
import { actorOf, choiceBinding, type FinishDeps, isBoundTo } from './finish-login.ts'

type ChooseDeps = Pick<FinishDeps, 'db' | 'keyring' | 'connectToken' | 'pepper' | 'now'>

/** What stands to choose, and what came of it: for the browser that began it and no other. */
export function createChooseAccounts(deps: ChooseDeps) {
  const { db, now } = deps
  return {
    async read(id: LoginId, visitor: Visitor): Promise<LoginView> {
      const { platform, status, choices, result, accountId, expiresAt } = await requireLogin(deps, id, visitor)
      const asked = accountId ? await readAccount(db, accountId) : undefined
      const isExpired = expiresAt <= now()
      const shown = isExpired ? [] : (choices ?? [])
      return {
        ...{ id, platform, status, result, isExpired },
        asked: asked ? { accountRef: asked.accountRef, name: asked.name } : null,
        choices: await Promise.all(shown.map((choice) => viewOf(deps, platform, choice))),
      }
    },

    /** Connects these; the tokens of all are erased first. Throws `conflict` when somebody has chosen, or the time is over. */
    async choose(input: { loginId: LoginId; accountRefs: readonly string[]; visitor: Visitor }): Promise<LoginEnd> {
      const { loginId, accountRefs, visitor } = input
      const login = await requireLogin(deps, loginId, visitor)
      const chosen = (login.choices ?? []).filter(
        ({ accountRef, tasks }) => accountRefs.includes(accountRef) && missingTasks(tasks).length === 0,
      )
      if (login.choices && chosen.length === 0) {
        throw new AppError('invalid_input', 'Tick at least one Page', { field: 'pages' })
      }
      if (!(await moveLogin(db, loginId, { from: 'choosing', to: 'returned', choices: null }, now()))) {
        throw new AppError('conflict', 'Somebody has chosen already, or ten minutes are over; please begin again')
      }
      const end: LoginEnd = { connected: [], refused: [] }
      for (const choice of chosen) await connectChoice(deps, login, choice, end)
      await endLogin(db, loginId, end, now())
      return end
    },
  }
}

async function requireLogin(deps: ChooseDeps, id: LoginId, visitor: Visitor): Promise<AccountLogin> {
  const login = await readLogin(deps.db, id)
  if (!login || !isBoundTo(login, visitor, deps)) throw new AppError('not_found', 'There is no such sign-in')
  return login
}

async function viewOf({ db }: ChooseDeps, platform: Platform, { accountRef, name, tasks }: LoginChoice) {
  const isConnected = (await findAccount(db, platform, accountRef)) !== undefined
  return { accountRef, name, lacks: missingTasks(tasks), isConnected }
}

/** One that fails keeps no other from being connected. */
async function connectChoice(
  { keyring, connectToken }: ChooseDeps,
  login: AccountLogin,
  { accountRef, name, sealedToken }: LoginChoice,
  end: LoginEnd,
): Promise<void> {
  try {
    const token = keyring.open(sealedToken, choiceBinding(login.id, accountRef))
    const only = { accountRef, name }
    const { platform } = login
    const { accountId, isNew, missing, isSubscribed } = await connectToken({
      platform,
      token,
      only,
      by: actorOf(login),
    })
    end.connected.push({ accountId, name, isNew, missing, isSubscribed })
  } catch (thrown) {
    const error = AppError.from(thrown)
    end.refused.push({ name, why: error.code === 'internal' ? 'Something went wrong' : error.message })
  }
}
