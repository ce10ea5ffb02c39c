import { ruleRisks } from '#src/domain/rule.ts'
import { riskNames } from '#src/domain/second.ts'
import type { Colleague, TemplateView } from '../desk-views.ts'
import type { AccountDetail } from '../house-views.ts'
import type { RuleView } from '../rule-verbs.ts'

/** Whom and what a rule can hand to. */
export interface Choices {
  colleagues: Colleague[]
  templates: TemplateView[]
}

interface FormProps {
  account: AccountDetail
  choices: Choices
  rule?: RuleView
  typed: Record<string, string> | undefined
}

/** A rule as it is, or a new one; a refused form comes back with what was typed. */
export function RuleForm({ account, choices, rule, typed }: FormProps) {
  const key = rule?.id ?? 'new-rule'
  const value = valuesOf(rule, typed)
  return (
    <form method="post" action={`/accounts/${account.id}/rules`} class="settings">
      {rule && <input type="hidden" name="ruleId" value={rule.id} />}
      {rule && <input type="hidden" name="version" value={typed?.['version'] ?? String(rule.version)} />}
      <label for={`title-${key}`}>Name</label>
      <input
        id={`title-${key}`}
        name="title"
        type="text"
        value={value('title')}
        maxlength={255}
        required
        dir="auto"
        autocomplete="off"
      />
      <label for={`phrases-${key}`}>When a message says</label>
      <textarea
        id={`phrases-${key}`}
        name="phrases"
        rows={3}
        maxlength={1000}
        required
        dir="auto"
        aria-describedby={`phrases-${key}-hint`}
      >
        {`\n${value('phrases')}`}
      </textarea>
      <p class="hint" id={`phrases-${key}-hint`}>
        One phrase a line; any of them is enough. Capitals and accents do not matter. <code>*</code> stands for any
        letters: <code>refund*</code> also finds “refunds”.
      </p>
      <Does keyOf={key} choices={choices} value={value} />
      <p class="row">
        <button type="submit" class="button button-primary">
          {rule ? 'Save' : 'Add'}
        </button>
        <Tick name="isOn" label="On" isOn={value('isOn') === 'yes'} />
      </p>
    </form>
  )
}

function Does({ keyOf: key, choices, value }: { keyOf: string; choices: Choices; value: (name: string) => string }) {
  const templates = choices.templates.map(({ id, title }) => [`template:${id}`, `Draft: ${title}`] as const)
  return (
    <>
      <div class="fields">
        <Select id={`answer-${key}`} name="answer" label="Who drafts" value={value('answer')}>
          {[
            ['', 'As later rules say'],
            ['claude', 'Claude, whatever later rules say'],
            ['person', 'Nobody: a person answers'],
            ...templates,
          ]}
        </Select>
        <Select id={`assignee-${key}`} name="assignee" label="Hand to" value={value('assignee')}>
          {[['', 'Nobody'], ...choices.colleagues.map(({ id, name }) => [id, name] as const)]}
        </Select>
        <Select id={`risk-${key}`} name="risk" label="Risk" value={value('risk')}>
          {[['', 'None'], ...ruleRisks.map((kind) => [kind, riskNames[kind]] as const)]}
        </Select>
        <p>
          <label for={`label-${key}`}>Label</label>
          <input id={`label-${key}`} name="label" type="text" value={value('label')} maxlength={40} dir="auto" />
        </p>
      </div>
      <Tick name="isUrgent" label="Mark it urgent" isOn={value('isUrgent') === 'yes'} />
    </>
  )
}

interface SelectProps {
  id: string
  name: string
  label: string
  value: string
  children: readonly (readonly [value: string, words: string] | readonly string[])[]
}

function Select({ id, name, label, value, children }: SelectProps) {
  return (
    <p>
      <label for={id}>{label}</label>
      <select id={id} name={name}>
        {children.map(([option, words]) => (
          <option value={option} selected={option === value}>
            {words}
          </option>
        ))}
      </select>
    </p>
  )
}

function Tick({ name, label, isOn }: { name: string; label: string; isOn: boolean }) {
  return (
    <label class="tick">
      <input type="checkbox" name={name} value="yes" checked={isOn} /> {label}
    </label>
  )
}

/** What the form shows in a field: as it was typed, else as it is kept. */
function valuesOf(rule: RuleView | undefined, typed: Record<string, string> | undefined) {
  if (typed) return (name: string) => typed[name] ?? ''
  if (!rule) return (name: string) => (name === 'isOn' ? 'yes' : '')
  const { title, phrases, isOn, assigneeId, label, isUrgent, risk, answer, templateId } = rule
  const kept: Record<string, string | null> = {
    ...{ title, phrases, label, risk, assignee: assigneeId },
    isOn: isOn ? 'yes' : '',
    isUrgent: isUrgent ? 'yes' : '',
    answer: answer === 'template' ? `template:${templateId}` : answer,
  }
  return (name: string) => kept[name] ?? ''
}
