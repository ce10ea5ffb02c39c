import { type Hit, RULES_MAX } from '#src/domain/rule.ts'
import { riskNames } from '#src/domain/second.ts'
import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import type { Choices } from '../parts/rule-form.tsx'
import { RuleForm } from '../parts/rule-form.tsx'
import type { RuleView } from '../rule-verbs.ts'

/** A sentence somebody tried, and the rules it matches in their order. */
export interface Trial {
  text: string
  hits: Hit<RuleView>[]
}

/** A rule's form that was refused, with what was typed; without a rule it was the form for a new one. */
export interface RuleRefusal {
  message: string
  ruleId: string | undefined
  values: Record<string, string>
}

interface RulesProps {
  frame: Frame
  account: AccountDetail
  rules: RuleView[]
  choices: Choices
  trial?: Trial | undefined
  refusal?: RuleRefusal | undefined
}

/** What is done with messages that say certain words, before anybody looks. */
export function RulesPage({ frame, account, rules, choices, trial, refusal }: RulesProps) {
  const isNew = refusal !== undefined && refusal.ruleId === undefined
  return (
    <Layout frame={frame} title={`Rules of ${account.name}`}>
      <div class="column">
        <header class="page-head">
          <a class="pane-back" href={`/accounts/${account.id}`}>
            <Icon name="back" />
            <span>{account.name}</span>
          </a>
          <h1>Rules</h1>
          <p class="muted">
            When a message says certain words, a rule hands the conversation to somebody, marks it, or says who drafts.
            Nothing is ever sent by a rule: every reply still waits for a person. Of each kind of action the first rule
            that matches counts.
          </p>
        </header>
        {refusal && (
          <p class="refused" role="alert">
            <Icon name="warning" />
            <strong>{refusal.message}</strong>
          </p>
        )}
        <TrialBox account={account} trial={trial} />
        <section class="card" id="rules">
          <h2>In this order</h2>
          {rules.length === 0 && <p class="muted">No rule yet. Every message is drafted by Claude.</p>}
          {rules.map((rule, index) => (
            <details class="entry" id={rule.id} open={refusal?.ruleId === rule.id}>
              <summary>
                <span dir="auto">
                  {index + 1}. {rule.title}
                </span>{' '}
                {!rule.isOn && <span class="tag">Off</span>} {isBroken(rule) && <span class="tag tag-warn">Look</span>}
                <span class="hint">{doesOf(rule).join(' · ')}</span>
              </summary>
              <Rule
                {...{ frame, account, rule, choices, refusal }}
                isFirst={index === 0}
                isLast={index === rules.length - 1}
              />
            </details>
          ))}
          {frame.may('configure') && rules.length < RULES_MAX && (
            <details class="entry entry-new" open={isNew}>
              <summary class="button">Add a rule</summary>
              <RuleForm account={account} choices={choices} typed={isNew ? refusal.values : undefined} />
            </details>
          )}
        </section>
      </div>
    </Layout>
  )
}

interface OneProps extends Pick<RulesProps, 'frame' | 'account' | 'choices' | 'refusal'> {
  rule: RuleView
  isFirst: boolean
  isLast: boolean
}

function Rule({ frame, account, rule, choices, refusal, isFirst, isLast }: OneProps) {
  if (!frame.may('configure')) {
    return (
      <p dir="auto" class="bubble-text">
        {rule.phrases}
      </p>
    )
  }
  const here = `/accounts/${account.id}/rules/${rule.id}`
  return (
    <>
      <RuleForm
        account={account}
        choices={choices}
        rule={rule}
        typed={refusal?.ruleId === rule.id ? refusal.values : undefined}
      />
      <div class="row entry-acts">
        <form method="post" action={`${here}/place`}>
          <button type="submit" name="move" value="up" class="button button-small" disabled={isFirst}>
            Earlier
          </button>{' '}
          <button type="submit" name="move" value="down" class="button button-small" disabled={isLast}>
            Later
          </button>
        </form>
        <form method="post" action={`${here}/removal`}>
          <button type="submit" class="button button-quiet button-small">
            Remove
          </button>
        </form>
      </div>
    </>
  )
}

function TrialBox({ account, trial }: Pick<RulesProps, 'account' | 'trial'>) {
  return (
    <section class="card" id="trial">
      <h2>Try it</h2>
      <form method="post" action={`/accounts/${account.id}/rules/trial#trial`} class="settings">
        <label for="trial-text">A message as somebody might write it</label>
        <textarea id="trial-text" name="text" rows={2} maxlength={4000} required dir="auto">
          {`\n${trial?.text ?? ''}`}
        </textarea>
        <p class="row">
          <button type="submit" class="button">
            Which rules match?
          </button>
        </p>
      </form>
      {trial && <Verdict trial={trial} />}
    </section>
  )
}

function Verdict({ trial: { hits } }: { trial: Trial }) {
  if (hits.length === 0) return <p role="status">No rule matches. Claude would draft as always.</p>
  return (
    <ol class="bullets" role="status">
      {hits.map(({ rule, phrase }) => (
        <li>
          <a href={`#${rule.id}`} dir="auto">
            {rule.title}
          </a>{' '}
          matches “<bdi>{phrase.line}</bdi>”: {rule.isOn ? doesOf(rule).join(', ') : 'but it is off'}
        </li>
      ))}
    </ol>
  )
}

const answers = {
  claude: () => 'Claude drafts',
  template: ({ templateTitle }: RuleView) => `draft: ${templateTitle ?? 'a template that is gone'}`,
  person: () => 'a person answers',
}

/** What it does, in a few words each. */
function doesOf(rule: RuleView): string[] {
  const { answer, assigneeId, assigneeName, label, isUrgent, risk } = rule
  return [
    assigneeId && `to ${assigneeName ?? 'somebody who no longer decides here'}`,
    label && `label: ${label}`,
    isUrgent && 'urgent',
    risk && `risk: ${riskNames[risk]}`,
    answer && answers[answer](rule),
  ].filter((word): word is string => typeof word === 'string')
}

function isBroken({ assigneeId, assigneeName, answer, templateTitle }: RuleView): boolean {
  return (assigneeId !== null && assigneeName === null) || (answer === 'template' && templateTitle === null)
}
