import { blindSpots, diagnosisOf, type Found } from '#src/domain/diagnoses.ts'
import type { Severity } from '#src/domain/diagnosis.ts'
import { platformRules } from '#src/domain/platform.ts'
import { isReportWell, type Report } from '#src/domain/report.ts'
import type { Frame } from '../frame.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { When } from '../parts/time.tsx'

/** What is missing in this installation, and how to mend it. */
export function SetupCheckPage({ frame, report }: { frame: Frame; report: Report }) {
  const isWell = isReportWell(report)
  return (
    <Layout frame={frame} title="Setup check">
      <div class="column">
        <header class="page-head">
          <a class="pane-back" href="/accounts">
            <Icon name="back" />
            <span>Accounts</span>
          </a>
          <h1>Setup check</h1>
          <p class={isWell ? 'state state-good' : 'state state-warn'}>
            {isWell ? 'Nothing stands in the way' : 'Something has to be mended'}
          </p>
        </header>
        <p class="checked muted">
          Looked at <When at={report.at} clock={frame} />. Nothing was changed. <a href="/setup-check">Look again</a>
        </p>
        <Section title="This installation" found={report.house} />
        <Section title="The app at Meta" found={report.app} />
        {report.accounts.map(({ id, name, platform, found }) => (
          <Section title={name} href={`/accounts/${id}`} note={platformRules[platform].name} found={found} />
        ))}
        <section class="card">
          <h2>Not looked at from here</h2>
          <ul class="unseen">
            {report.unseen.map((code) => (
              <li>{blindSpots[code]}</li>
            ))}
          </ul>
        </section>
      </div>
    </Layout>
  )
}

interface SectionProps {
  title: string
  href?: string
  note?: string
  found: Found[]
}

function Section({ title, href, note, found }: SectionProps) {
  return (
    <section class="card">
      <h2>
        {href ? (
          <a href={href}>
            <bdi>{title}</bdi>
          </a>
        ) : (
          title
        )}
        {note && <span class="muted">{note}</span>}
        {found.length === 0 && <span class="tag tag-good">Well</span>}
      </h2>
      {found.length > 0 && (
        <ul class="findings">
          {found.map((one) => (
            <Finding found={one} />
          ))}
        </ul>
      )}
    </section>
  )
}

const severityWords: Record<Severity, [string, string]> = {
  blocks: ['Does not work', 'tag-bad'],
  degrades: ['Works badly', 'tag-warn'],
  soon: ['Before long', 'tag'],
}

function Finding({ found: { code, detail } }: { found: Found }) {
  const { severity, wrong, fix, cost } = diagnosisOf(code)
  const [words, tone] = severityWords[severity]
  return (
    <li class="finding">
      <p class="finding-wrong">
        <span class={`tag ${tone}`}>{words}</span> <strong>{wrong}</strong>
      </p>
      {detail && <p class="finding-detail">{detail}</p>}
      <dl>
        <dt>Mend it</dt>
        <dd>{fix}</dd>
        <dt>Until then</dt>
        <dd>{cost}</dd>
      </dl>
      <code class="finding-code">{code}</code>
    </li>
  )
}
