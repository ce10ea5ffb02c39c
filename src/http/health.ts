import { Hono } from 'hono'

/** Each answers true when its part works; a part that throws or takes too long does not. */
export interface Checks {
  mysql: () => Promise<boolean>
  redis: () => Promise<boolean>
  /** These are asked for what is known already: no webhook needs them, so nobody waits for them. Absent where there are none. */
  signIn?: (() => boolean) | undefined
  secrets?: (() => boolean) | undefined
}

const DEADLINE_MS = 1500

/**
 * `/livez`: the process runs. `/readyz`: a webhook would be kept, so traffic may come. `/health`: which parts work.
 * One store is enough to keep a webhook; `degraded` says that another part is away.
 */
export function createHealth(checks: Checks): Hono {
  const look = async () => {
    const [mysql, redis] = await Promise.all([passes(checks.mysql), passes(checks.redis)])
    const [signIn, secrets] = [checks.signIn?.(), checks.secrets?.()]
    const found = { mysql, redis, ...(signIn !== undefined && { signIn }), ...(secrets !== undefined && { secrets }) }
    return { status: statusOf(found), checks: found }
  }
  return new Hono()
    .get('/livez', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const found = await look()
      return c.json(found, found.status === 'down' ? 503 : 200)
    })
    .get('/health', async (c) => {
      const found = await look()
      return c.json({ service: 'countersign', ...found }, found.status === 'ok' ? 200 : 503)
    })
}

function statusOf({ mysql, redis, ...others }: { mysql: boolean; redis: boolean } & Record<string, boolean>) {
  if (!mysql && !redis) return 'down'
  return mysql && redis && Object.values(others).every((works) => works) ? 'ok' : 'degraded'
}

async function passes(check: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, DEADLINE_MS, false)
  })
  try {
    return await Promise.race([check(), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
