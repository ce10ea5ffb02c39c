import type { TemplateView } from '../desk-views.ts'
import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import type { AccountRefusal } from './refusal.ts'

interface ListProps {
  frame: Frame
  account: AccountDetail
  refusal?: AccountRefusal | undefined
}

/** Words that operators put into replies, each with its own form. */
export function TemplateList({ frame, account, refusal }: ListProps) {
  const typed = refusal?.form === 'template' ? refusal.values : undefined
  const { templates } = account
  return (
    <section class="card" id="templates">
      <h2>Templates</h2>
      <p class="muted">
        {templates.length === 0
          ? 'Nothing yet. Write down what you say again and again; it can be put into a reply with two keys.'
          : 'Put into a reply by an operator, who still reads and approves it.'}
      </p>
      {templates.map((template) => (
        <details class="entry" open={typed?.['templateId'] === template.id}>
          <summary dir="auto">
            {template.title} {template.accountId === null && <span class="tag">All accounts</span>}
          </summary>
          {frame.may('configure') ? (
            <TemplateForm
              account={account}
              template={template}
              typed={typed?.['templateId'] === template.id ? typed : undefined}
            />
          ) : (
            <p dir="auto" class="bubble-text">
              {template.body}
            </p>
          )}
        </details>
      ))}
      {frame.may('configure') && (
        <details class="entry entry-new" open={typed !== undefined && !typed['templateId']}>
          <summary class="button">Add a template</summary>
          <TemplateForm account={account} typed={typed && !typed['templateId'] ? typed : undefined} />
        </details>
      )}
    </section>
  )
}

interface FormProps {
  account: AccountDetail
  template?: TemplateView
  typed: Record<string, string> | undefined
}

function TemplateForm({ account, template, typed }: FormProps) {
  const key = template?.id ?? 'new-template'
  const { title, body, forAll } = valuesOf(template, typed)
  return (
    <>
      <form method="post" action={`/accounts/${account.id}/templates`} class="settings">
        {template && <input type="hidden" name="templateId" value={template.id} />}
        {template && <input type="hidden" name="version" value={typed?.['version'] ?? String(template.version)} />}
        <label for={`title-${key}`}>Title</label>
        <input
          id={`title-${key}`}
          name="title"
          type="text"
          value={title}
          maxlength={255}
          required
          dir="auto"
          autocomplete="off"
        />
        <label for={`body-${key}`}>Words</label>
        <textarea id={`body-${key}`} name="body" rows={4} maxlength={2000} required dir="auto">
          {`\n${body}`}
        </textarea>
        <label class="tick">
          <input type="checkbox" name="forAll" value="yes" checked={forAll} /> For every account
        </label>
        <p class="row">
          <button type="submit" class="button button-primary">
            {template ? 'Save' : 'Add'}
          </button>
          {template && (
            <button type="submit" form={`remove-${key}`} class="button button-quiet">
              Remove
            </button>
          )}
        </p>
      </form>
      {template && (
        <form method="post" action={`/accounts/${account.id}/templates/${template.id}/removal`} id={`remove-${key}`} />
      )}
    </>
  )
}

function valuesOf(template: TemplateView | undefined, typed: Record<string, string> | undefined) {
  return {
    title: typed?.['title'] ?? template?.title ?? '',
    body: typed?.['body'] ?? template?.body ?? '',
    forAll: typed ? typed['forAll'] === 'yes' : template?.accountId === null,
  }
}
