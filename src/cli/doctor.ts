import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAccount } from '#db/accounts.ts'
import { connect } from '#db/client.ts'
import type { Config } from '#src/config.ts'
import { blindSpots, diagnosisOf, type Found } from '#src/domain/diagnoses.ts'
import { AppError } from '#src/domain/errors.ts'
import { type AccountId, parseId } from '#src/domain/ids.ts'
import { platformRules } from '#src/domain/platform.ts'
import { isReportWell, type Report } from '#src/domain/report.ts'
import { createDoctor } from '#src/flow/doctor.ts'
import { createAskAccount } from '#src/flow/doctor-accounts.ts'
import { restorePauses } from '#src/flow/pause.ts'
import { createLimiter, type Limiter } from '#src/limits/slots.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { createMetaQuestions } from '#src/platforms/meta/questions.ts'
import { PREFIX } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { connectProducer } from '#src/queues/redis.ts'
import { type Call, exitCodes } from './command.ts'
import { configOf, keyringOf, now } from './house.ts'
import { printable } from './table.ts'

const REDIS_WAIT_MS = 2000

/** Names what is missing in this installation, and how to mend it. 0 when nothing blocks or degrades it. */
export async function runDoctor(call: Call): Promise<number> {
  if (call.options['production']) return (await import('./doctor-production.ts')).runProductionDoctor(call)
  const config = configOf(call)
  const [id] = call.args
  const only = id === undefined ? undefined : parseId('account', id)
  const report = await withStores(config, (stores) => examine(config, stores, only))
  if (call.options['json']) call.out(`${JSON.stringify(asData(report), null, 2)}\n`)
  else print(call, report)
  return isReportWell(report) ? exitCodes.done : exitCodes.failed
}

type Stores = Partial<{ mysql: ReturnType<typeof connect>; redis: ReturnType<typeof connectProducer> }>

async function withStores<T>(
  { databaseUrl, redisUrl }: Config['cli'],
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const mysql = databaseUrl && connect(databaseUrl.reveal(), { connectionLimit: 4 })
  const redis = redisUrl && connectProducer(redisUrl.reveal())
  try {
    if (redis) await Promise.race([once(redis, 'ready').catch(() => undefined), sleep(REDIS_WAIT_MS)])
    return await work({ ...(mysql && { mysql }), ...(redis && { redis }) })
  } finally {
    redis?.disconnect()
    await mysql?.close()
  }
}

async function examine(config: Config['cli'], { mysql, redis }: Stores, only: AccountId | undefined): Promise<Report> {
  const db = mysql?.db
  if (db && only && !(await readAccount(db, only))) throw new AppError('not_found', 'There is no such account')
  const meta = createMetaQuestions(config)
  const metaAppSecret = config.metaAppSecrets[0]?.secret
  const limiter: Limiter | undefined =
    db && redis?.status === 'ready'
      ? createLimiter(redis, PREFIX, { restore: () => restorePauses({ db, limiter: limiter as Limiter, now }) })
      : undefined
  const asking = { adapters: createAdapters(config), meta, metaAppSecret, limiter, now }
  const { appSecretKey, publicUrl, sandbox, graphApiVersion, instagramAppId, metaAppId } = config
  return createDoctor({
    ...{ db, meta, now, publicUrl, sandbox, graphApiVersion, instagramAppId, metaAppId, metaAppSecret },
    redis: redis && createRedisLook(redis),
    hasKeys: appSecretKey !== undefined,
    askAccount: appSecretKey && createAskAccount({ ...asking, keyring: keyringOf(config) }),
  })(only)
}

function asData({ at, house, app, accounts, unseen }: Report) {
  const list = (found: Found[]) => found.map((one) => ({ ...one, ...diagnosisOf(one.code) }))
  return {
    at,
    house: list(house),
    app: list(app),
    accounts: accounts.map(({ found, ...account }) => ({ ...account, found: list(found) })),
    unseen: unseen.map((code) => ({ code, about: blindSpots[code] })),
  }
}

function print({ out, err }: Call, report: Report): void {
  const { house, app, accounts, unseen } = report
  section(out, 'This installation', house)
  section(out, 'The app at Meta', app)
  for (const { name, platform, id, found } of accounts) {
    section(out, `${printable(name)} (${platformRules[platform].name}, ${id})`, found)
  }
  out('Not looked at from here\n')
  for (const code of unseen) out(`  ${blindSpots[code]}\n`)
  err(isReportWell(report) ? 'Nothing blocks or degrades this installation\n' : 'Something has to be mended\n')
}

function section(out: Call['out'], title: string, found: Found[]): void {
  out(`${title}${found.length === 0 ? ': well' : ''}\n`)
  for (const { code, detail } of found) {
    const { severity, wrong, fix, cost } = diagnosisOf(code)
    out(`  ${severity.toUpperCase()} ${code}${detail === undefined ? '' : ` (${printable(detail)})`}\n`)
    out(`    ${wrong}\n    Mend it: ${fix}\n    Until then: ${cost}\n`)
  }
  out('\n')
}
