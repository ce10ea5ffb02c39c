import { appRefusal, subscriptionFaults, type WantedObject } from '#src/domain/app-exam.ts'
import { type BlindSpot, type DiagnosisCode, type Found, found } from '#src/domain/diagnoses.ts'
import { AppError } from '#src/domain/errors.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { neededFields } from '#src/domain/subscription.ts'
import type { MetaQuestions } from '#src/platforms/meta/questions.ts'
import type { Secret } from '#src/vault/secret.ts'

export interface AppDeps {
  meta: Pick<MetaQuestions, 'subscriptions' | 'app'>
  publicUrl: string
  instagramAppId?: string | undefined
  metaAppId?: string | undefined
  metaAppSecret?: Secret | undefined
  /** Only the web process has them. */
  instagramAppSecrets?: readonly Secret[] | undefined
}

/** Whose calls go wrong while this is so: those that carry a proof, or every one. */
const doubts: Partial<Record<DiagnosisCode, readonly Platform[]>> = {
  meta_app_secret_unset: ['messenger'],
  app_secret_wrong: ['messenger'],
  app_secret_of_other_product: ['messenger'],
  app_id_of_other_product: platforms,
  app_unknown: platforms,
  app_blocked: platforms,
}

export function doubtedBy(faults: readonly Found[]): readonly Platform[] {
  return faults.flatMap(({ code }) => doubts[code] ?? [])
}

interface AppExam {
  faults: Found[]
  unseen: BlindSpot[]
}

const DEADLINE_MS = 8000
const objects = { instagram: 'instagram', messenger: 'page' } as const satisfies Record<Platform, string>

/** `used` are the platforms that an account is connected on. */
export async function examineApp(deps: AppDeps, used: readonly Platform[]): Promise<AppExam> {
  const unset = unsetFaults(deps, used)
  const { metaAppId: appId, metaAppSecret: appSecret, instagramAppId } = deps
  if (!appId || !appSecret) return { faults: unset, unseen: ['app_unasked'] }
  if (appId === instagramAppId) return { faults: [...unset, found('app_id_of_other_product')], unseen: [] }
  return { faults: [...unset, ...(await askMeta(deps, { appId, appSecret }, used))], unseen: ['live_mode'] }
}

/** A house that has only one of Meta's products has no need of the other's app. */
function unsetFaults({ instagramAppId, metaAppId, metaAppSecret }: AppDeps, used: readonly Platform[]): Found[] {
  const hasPages = used.includes('messenger')
  return [
    ...(instagramAppId || !used.includes('instagram') ? [] : [found('instagram_app_id_unset')]),
    ...(metaAppId || !hasPages ? [] : [found('meta_app_id_unset')]),
    ...(metaAppSecret || !hasPages ? [] : [found('meta_app_secret_unset')]),
  ]
}

interface Own {
  appId: string
  appSecret: Secret
}

async function askMeta(deps: AppDeps, own: Own, used: readonly Platform[]): Promise<Found[]> {
  const { meta, publicUrl, instagramAppSecrets = [] } = deps
  const isSame = instagramAppSecrets.some((secret) => secret.reveal() === own.appSecret.reveal())
  try {
    const subscriptions = await meta.subscriptions(own, AbortSignal.timeout(DEADLINE_MS))
    const known = subscriptions.map(({ object }) => object)
    const wanted = wantedFor(used, known).map((platform) => wantedOf(platform, publicUrl))
    const mixed = isSame ? [found('instagram_secret_of_other_product')] : []
    return [...mixed, ...subscriptionFaults(wanted, subscriptions)]
  } catch (error) {
    const refusal = appRefusal(AppError.from(error).field)
    const isOther = refusal.code === 'app_secret_wrong' && (isSame || (await fitsAnother(deps, own)))
    return [isOther ? found('app_secret_of_other_product') : refusal]
  }
}

/** Before an account is connected: what is subscribed already, and at least Instagram. */
function wantedFor(used: readonly Platform[], known: readonly string[]): readonly Platform[] {
  if (used.length > 0) return used
  const begun = platforms.filter((platform) => known.includes(objects[platform]))
  return begun.length > 0 ? begun : ['instagram']
}

function wantedOf(platform: Platform, publicUrl: string): WantedObject {
  return { object: objects[platform], callbackUrl: `${publicUrl}/webhooks/${platform}`, fields: neededFields[platform] }
}

/** The two secrets were given in each other's place. */
async function fitsAnother({ meta, instagramAppSecrets = [] }: AppDeps, { appId }: Own): Promise<boolean> {
  for (const appSecret of instagramAppSecrets) {
    const fits = await meta.app({ appId, appSecret }, AbortSignal.timeout(DEADLINE_MS)).then(
      () => true,
      () => false,
    )
    if (fits) return true
  }
  return false
}
