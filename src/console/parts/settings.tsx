import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import { Budget } from './budget.tsx'
import type { AccountRefusal } from './refusal.ts'

interface SettingsProps {
  frame: Frame
  account: AccountDetail
  refusal?: AccountRefusal | undefined
}

/** How an account sounds and how fast it goes; a refused form comes back with what was typed. */
export function Settings({ frame, account, refusal }: SettingsProps) {
  const typed = refusal?.form === 'settings' ? refusal.values : {}
  const fields = [
    {
      name: 'quietSeconds',
      label: 'Quiet time, seconds',
      value: account.quietMs / 1000,
      hint: 'How long a contact must be quiet before Claude drafts.',
    },
    {
      name: 'undoSeconds',
      label: 'Undo time, seconds',
      value: account.undoMs / 1000,
      hint: 'How long an approved reply is held. 0 sends at once.',
    },
    {
      name: 'budgetDollars',
      label: 'Drafting budget, dollars a day',
      value: account.dailyBudgetMicros / 1e6,
      hint: 'At 80 % an alert; at 100 % drafting stops until midnight UTC.',
    },
  ]
  return (
    <section class="card">
      <h2>Voice and settings</h2>
      <form method="post" action={`/accounts/${account.id}/settings`} class="settings">
        <fieldset disabled={!frame.may('configure')}>
          <input type="hidden" name="seenVoice" value={typed['seenVoice'] ?? account.voice} />
          <label for="voice">Voice</label>
          <textarea
            id="voice"
            name="voice"
            rows={6}
            dir="auto"
            maxlength={8000}
            placeholder="Friendly and brief. We say “du”. We never promise a delivery date."
          >
            {`\n${typed['voice'] ?? account.voice}`}
          </textarea>
          <p class="hint">How this account wants to sound. Every draft follows it.</p>
          {refusal?.form === 'settings' && typed['voice'] !== account.voice && (
            <details class="theirs">
              <summary>What is saved now</summary>
              <p class="bubble-text" dir="auto">
                {account.voice}
              </p>
            </details>
          )}
          <div class="fields">
            {fields.map((field) => (
              <NumberField {...field} value={typed[field.name] ?? String(field.value)} />
            ))}
          </div>
          <Rights account={account} typed={refusal?.form === 'settings' ? typed : undefined} />
          <p class="row">
            {frame.may('configure') && (
              <button type="submit" class="button button-primary">
                Save
              </button>
            )}
            <Budget spent={account.spentTodayMicros} budget={account.dailyBudgetMicros} />
          </p>
        </fieldset>
      </form>
    </section>
  )
}

function NumberField({ name, label, value, hint }: Record<'name' | 'label' | 'value' | 'hint', string>) {
  return (
    <p>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="text"
        inputmode="decimal"
        value={value}
        required
        aria-describedby={`${name}-hint`}
      />
      <span class="hint" id={`${name}-hint`}>
        {hint}
      </span>
    </p>
  )
}

interface RightsProps {
  account: AccountDetail
  /** What a refused form held. */
  typed: Record<string, string> | undefined
}

/** What the account must say of itself, and what Meta grants it beyond the ordinary. */
function Rights({ account, typed }: RightsProps) {
  const rights = [
    {
      name: 'humanAgent',
      on: account.humanAgent,
      label: 'Meta has granted the Human Agent feature',
      hint: 'Words that a person wrote or changed may go out for seven days after the contact’s last message. Only tick it when App Review has approved the feature: Meta refuses such replies otherwise.',
    },
    {
      name: 'longAds',
      on: account.longAds,
      label: 'Meta gives people from advertisements seven days',
      hint: 'The reply window after a click-to-message ad is taken for seven days long instead of one.',
    },
    {
      name: 'maskForModel',
      on: account.maskForModel,
      label: 'Withhold contacts’ data from Claude',
      hint: 'E-mail addresses, phone and card numbers and the like become placeholders, put back in the draft.',
    },
  ]
  return (
    <>
      <label for="disclosure">Disclosure</label>
      <input
        id="disclosure"
        name="disclosure"
        type="text"
        dir="auto"
        maxlength={255}
        value={typed?.['disclosure'] ?? account.disclosure ?? ''}
        placeholder="You are chatting with our digital assistant; a person checks every answer."
        aria-describedby="disclosure-hint"
      />
      <p class="hint" id="disclosure-hint">
        Where the law or the platform asks you to say that a machine helps. It opens the first draft of a conversation,
        and such a reply does not leave without it. Empty: nothing is demanded.
      </p>
      <div class="fields">
        <NumberField
          name="disclosureHours"
          label="Disclose again after, hours"
          value={typed?.['disclosureHours'] ?? String(account.disclosureGapMs / 3_600_000)}
          hint="A silence of ours as long as this makes it due again."
        />
      </div>
      {rights.map(({ name, on, label, hint }) => (
        <p>
          <label class="tick">
            <input
              type="checkbox"
              name={name}
              value="yes"
              checked={typed ? typed[name] === 'yes' : on}
              aria-describedby={`${name}-hint`}
            />{' '}
            {label}
          </label>
          <span class="hint" id={`${name}-hint`}>
            {hint}
          </span>
        </p>
      ))}
    </>
  )
}
