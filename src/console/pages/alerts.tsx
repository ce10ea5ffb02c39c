import type { Frame } from '../frame.ts'
import type { AlertView } from '../house-views.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { When } from '../parts/time.tsx'

const ranks: Record<AlertView['severity'], number> = { critical: 0, warning: 1, info: 2 }

/** What an operator should know: open ones first, then what has passed. */
export function AlertsPage({ frame, alerts }: { frame: Frame; alerts: AlertView[] }) {
  const open = alerts.filter(({ resolvedAt }) => !resolvedAt).sort((a, b) => ranks[a.severity] - ranks[b.severity])
  const past = alerts.filter(({ resolvedAt }) => resolvedAt)
  return (
    <Layout frame={frame} title="Alerts">
      <div class="column" id="alerts" data-live>
        <header class="page-head">
          <h1>Alerts</h1>
        </header>
        {open.length === 0 && (
          <div class="empty">
            <h2>Nothing is wrong</h2>
            <p>
              Tokens near their end, refused calls, spent budgets and the like are told here, and close by themselves
              when they are over.
            </p>
          </div>
        )}
        <ul class="alerts">
          {open.map((alert) => (
            <Alert alert={alert} frame={frame} />
          ))}
        </ul>
        {past.length > 0 && (
          <>
            <h2>Over</h2>
            <ul class="alerts alerts-past">
              {past.map((alert) => (
                <Alert alert={alert} frame={frame} />
              ))}
            </ul>
          </>
        )}
      </div>
    </Layout>
  )
}

function Alert({ alert, frame }: { alert: AlertView; frame: Frame }) {
  return (
    <li class={`alert alert-${alert.severity}`}>
      <Icon name={alert.resolvedAt ? 'check' : 'warning'} />
      <div>
        <p>
          <span class="sr">{alert.severity}: </span>
          {alert.text}
        </p>
        <p class="muted">
          {alert.accountId && (
            <>
              <a href={`/accounts/${alert.accountId}`}>{alert.accountName ?? 'Account'}</a> ·{' '}
            </>
          )}
          since <When at={alert.createdAt} clock={frame} />
          {alert.count > 1 && (
            <>
              , {alert.count} times, last <When at={alert.lastAt} clock={frame} />
            </>
          )}
          {alert.resolvedAt && (
            <>
              , over <When at={alert.resolvedAt} clock={frame} />
            </>
          )}
        </p>
      </div>
    </li>
  )
}
