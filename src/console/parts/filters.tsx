import { platformRules, platforms } from '#src/domain/platform.ts'
import { type Choice, isChosen, queueHref, writeChoice } from '../choice.ts'
import type { Facets } from '../desk-views.ts'
import type { Frame } from '../frame.ts'
import { Key } from './keys.tsx'
import { languageOf } from './why.tsx'

interface FilterProps {
  choice: Choice
  facets: Facets
}

/** What of the queue is shown: a search, a few choices that everybody needs, the rest behind a button. A plain form that asks by GET. */
export function Filters({ frame, choice, facets }: FilterProps & { frame: Frame }) {
  const { q, ...chosen } = choice
  const count = Object.keys(chosen).length
  return (
    <form method="get" action="/queue" class="filters">
      <div class="search">
        <label class="sr" for="search">
          Search the queue
        </label>
        <input
          id="search"
          type="search"
          name="q"
          value={q ?? ''}
          placeholder="Search"
          maxlength={100}
          autocomplete="off"
        />
        <button type="submit" class="button">
          Search <Key of="search" frame={frame} />
        </button>
      </div>
      <details class="choices">
        <summary class="button">{count > 0 ? `Filter ${count}` : 'Filter'}</summary>
        <div class="choice-fields">
          <Select
            name="assignee"
            label="With"
            value={choice.assignee}
            options={[
              ['me', 'Me'],
              ['nobody', 'Nobody'],
              ...facets.colleagues.map(({ id, name }) => [id, name] as const),
            ]}
          />
          <Select
            name="risk"
            label="Draft"
            value={choice.risk}
            options={[
              ['flagged', 'With a flag'],
              ['calm', 'Nothing to worry about'],
              ['person', 'None: needs a person'],
            ]}
          />
          <Select
            name="account"
            label="Account"
            value={choice.account}
            options={facets.accounts.map(({ id, name }) => [id, name] as const)}
          />
          <Select
            name="platform"
            label="Platform"
            value={choice.platform}
            options={platforms.map((platform) => [platform, platformRules[platform].name] as const)}
          />
          <Select
            name="language"
            label="Language"
            value={choice.language}
            options={facets.languages.map((code) => [code, languageOf(code)] as const)}
          />
          <p class="row">
            <button type="submit" class="button button-small">
              Show
            </button>
            {isChosen(choice) && <a href="/queue">Everything</a>}
          </p>
        </div>
      </details>
    </form>
  )
}

interface SelectProps {
  name: string
  label: string
  value: string | undefined
  options: readonly (readonly [value: string, label: string])[]
}

function Select({ name, label, value, options }: SelectProps) {
  return (
    <p>
      <label for={`choose-${name}`}>{label}</label>
      <select id={`choose-${name}`} name={name}>
        <option value="">Any</option>
        {options.map(([option, words]) => (
          <option value={option} selected={option === value}>
            {words}
          </option>
        ))}
      </select>
    </p>
  )
}

/** Keeps what is chosen now under a name, or forgets it again. */
export function KeepView({ choice, facets: { views } }: FilterProps) {
  const query = writeChoice(choice)
  if (query === '') return null
  const kept = views.find((view) => view.query === query)
  const back = queueHref(choice)
  if (kept) {
    return (
      <form method="post" action={`/views/${kept.id}/removal`}>
        <input type="hidden" name="back" value="/queue" />
        <button type="submit" class="link">
          Forget this view
        </button>
      </form>
    )
  }
  return (
    <details class="keep">
      <summary class="muted">Keep this view</summary>
      <form method="post" action="/views" class="search">
        <input type="hidden" name="back" value={back} />
        <label class="sr" for="view-name">
          Name of the view
        </label>
        <input id="view-name" name="name" type="text" maxlength={60} required placeholder="Name" autocomplete="off" />
        <button type="submit" class="button">
          Keep
        </button>
      </form>
    </details>
  )
}

/** The choices that need no thought. */
const presets: [string, Choice][] = [
  ['All', {}],
  ['Mine', { assignee: 'me' }],
  ['Free', { assignee: 'nobody' }],
  ['Flagged', { risk: 'flagged' }],
  ['No draft', { risk: 'person' }],
]

export function Presets({ choice, facets: { views }, mayApprove }: FilterProps & { mayApprove: boolean }) {
  const here = queueHref(choice)
  return (
    <nav class="presets" aria-label="Views of the queue">
      {presets.map(([name, preset]) => (
        <a href={queueHref(preset)} class="chip" aria-current={queueHref(preset) === here ? 'page' : undefined}>
          {name}
        </a>
      ))}
      {views.map(({ name, query }) => (
        <a
          href={`/queue?${query}`}
          class="chip"
          dir="auto"
          aria-current={`/queue?${query}` === here ? 'page' : undefined}
        >
          {name}
        </a>
      ))}
      {mayApprove && (
        <a href={queueHref(choice).replace('/queue', '/queue/bulk')} class="chip chip-last">
          Approve several…
        </a>
      )}
    </nav>
  )
}
