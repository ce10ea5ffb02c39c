import { accountDiagnoses } from './diagnoses-account.ts'
import { alertDiagnoses } from './diagnoses-alerts.ts'
import { appDiagnoses } from './diagnoses-app.ts'
import { houseDiagnoses } from './diagnoses-house.ts'
import type { Diagnosis, Severity } from './diagnosis.ts'

/** Every fault the doctor can name. A code, once given, keeps its meaning: programs read them. */
const table = { ...houseDiagnoses, ...alertDiagnoses, ...appDiagnoses, ...accountDiagnoses } as const

export type DiagnosisCode = keyof typeof table

/** A fault that was found, and what exactly: which field, which permission, how far. */
export interface Found {
  code: DiagnosisCode
  detail?: string | undefined
}

export function diagnosisOf(code: DiagnosisCode): Diagnosis {
  return table[code]
}

export function found(code: DiagnosisCode, detail?: string): Found {
  return detail === undefined ? { code } : { code, detail }
}

const order: Record<Severity, number> = { blocks: 0, degrades: 1, soon: 2 }

/** The worst first. */
export function worstFirst(all: readonly Found[]): Found[] {
  return all.toSorted((a, b) => order[diagnosisOf(a.code).severity] - order[diagnosisOf(b.code).severity])
}

/** Nothing blocks or degrades. */
export function isWell(all: readonly Found[]): boolean {
  return all.every(({ code }) => diagnosisOf(code).severity === 'soon')
}

/** What cannot be seen from where the doctor stands, and who can see it. */
export const blindSpots = {
  live_mode:
    'Whether the app is published: Meta tells that to no program. Look at App Dashboard → Publish; an app that is not live gets webhooks for people with a role on it only.',
  verify_token:
    'The handshake with the verify token, and whether the two app secrets are swapped: only the web process holds these. It looks when somebody opens Accounts → Setup check in the console.',
  tokens_kept:
    'The tokens themselves: the web process opens none. What stands here is what the sending process last found; countersign doctor asks Meta at once.',
  claude_key:
    'The Claude key: only the drafting process holds it. It raises an alert when Claude refuses it, and that alert is shown here.',
  app_unasked:
    'The app’s own subscriptions at Meta: META_APP_ID and META_APP_SECRET are needed to ask for them, and are not set.',
  redis_settings: 'Whether Redis keeps its data on disk: this server does not show its settings.',
  redis_workers: 'Whether the background processes are at work: this Redis does not show who is connected.',
  sandbox: 'Whether Meta reaches this installation: the sandbox plays Meta, so an address on this machine will do.',
} as const

export type BlindSpot = keyof typeof blindSpots
