import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createAppRecord } from './app-record.ts'
import { createClaudeStandIn } from './claude.ts'
import { createCommentRoutes } from './comment-routes.ts'
import { type Control, createControl, createControlRoutes } from './control.ts'
import { type CoreOptions, createCore } from './core.ts'
import { createFaults } from './faults.ts'
import { createFiles } from './files.ts'
import { createGraph } from './graph/graph.ts'
import { guard } from './guard.ts'
import { createLogin } from './login/login.tsx'
import { createOpening } from './opening.ts'
import { createPages } from './pages/pages.tsx'
import { createPhone } from './phone.ts'
import { createStage } from './stage.ts'
import { createStageRoutes } from './stage-routes.ts'

export interface SandboxOptions extends Omit<CoreOptions, 'now'> {
  /** The key that the stand-in for Claude accepts. */
  anthropicApiKey: string
  /** Sends the first conversations by itself once the product says that it is ready. */
  opens?: boolean
  /** Where a link to the console leads; the product's own address unless told. */
  consoleUrl?: string
  /** The app's number at Instagram; one of its own unless told. */
  instagramAppId?: string | undefined
  now?: () => Date
}

export interface Sandbox {
  app: Hono<{ Bindings: Partial<HttpBindings> }>
  control: Control
  /** Opens the door (port 0: a free one; loopback unless told) and answers its address on this machine. */
  listen(port?: number, host?: string): Promise<string>
  close(): Promise<void>
}

const INSTAGRAM_APP_ID = '990000000000001'

/** Unix ms with fractions; unlike the wall clock it never steps back. */
const precise = () => performance.timeOrigin + performance.now()

/** Instagram and Claude on this machine, over real HTTP. `ANTHROPIC_BASE_URL` is the answered address plus `/claude`. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { anthropicApiKey, opens = false, consoleUrl, instagramAppId = INSTAGRAM_APP_ID, now, ...rest } = options
  const core = createCore({ preciseNow: now ? undefined : precise, ...rest, now: now ?? (() => new Date()) })
  const phone = createPhone(core)
  const stage = createStage(core, phone)
  const faults = createFaults()
  const productUrl = new URL(rest.webhookUrl).origin
  const apps = {
    instagram: { id: instagramAppId, secret: rest.appSecret },
    messenger: { id: core.appId, secret: rest.page?.appSecret ?? '' },
  }
  const opening = createOpening({ core, phone, readyUrl: `${productUrl}/readyz` })
  const appRecord = createAppRecord({ publicUrl: consoleUrl ?? productUrl, hasPage: core.page !== undefined })
  const control = createControl(core, { phone, stage, faults, opening, appRecord })

  const app = new Hono<{ Bindings: Partial<HttpBindings> }>()
  app.use(guard)
  app.route('/sandbox', createControlRoutes(control, core))
  app.route('/sandbox', createStageRoutes(stage, core))
  app.route('/sandbox', createCommentRoutes(phone, core))
  app.use('/claude/*', faults.strike)
  app.route('/claude', createClaudeStandIn({ apiKey: anthropicApiKey, ...(now && { now }) }))
  app.route('/', createPages({ core, phone, consoleUrl: consoleUrl ?? productUrl }))
  app.route('/', createLogin({ core, apps, consoleUrl: consoleUrl ?? productUrl }))
  app.route('/', createFiles(core))
  app.route('/', createGraph({ core, phone, faults, appRecord }))

  let server: ReturnType<typeof serve> | undefined
  return {
    app,
    control,
    async listen(port = 0, host = '127.0.0.1') {
      server = serve({ fetch: app.fetch, port, hostname: host })
      await once(server, 'listening')
      core.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      core.resume()
      if (opens) opening.await()
      return core.baseUrl
    },
    async close() {
      opening.close()
      if (server) {
        server.close()
        if ('closeAllConnections' in server) server.closeAllConnections()
      }
      await core.close()
    },
  }
}
