import type { Frame } from '../frame.ts'
import type { ConversationView } from '../views.ts'
import { Key } from './keys.tsx'

/** Words of the house to be put into the reply: a press puts them behind what stands there, a script where the cursor is. */
export function Templates({ conversation, frame }: { conversation: ConversationView; frame: Frame }) {
  const { id, templates, accountId } = conversation
  return (
    <details class="act act-quiet" name="act">
      <summary class="button" data-key="template">
        Template <Key of="template" frame={frame} />
      </summary>
      <div class="panel panel-templates">
        {templates.length === 0 && (
          <p class="muted">
            None yet. They are written on <a href={`/accounts/${accountId}#templates`}>the account’s page</a>.
          </p>
        )}
        <ul class="templates">
          {templates.map(({ id: templateId, title, body }) => (
            <li>
              <button
                type="submit"
                form="reply"
                formaction={`/conversations/${id}/preview`}
                formnovalidate
                name="template"
                value={templateId}
                class="template"
                data-template={body}
              >
                <strong dir="auto">{title}</strong>
                <span class="muted" dir="auto">
                  {body.length > 140 ? `${body.slice(0, 140)}…` : body}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </details>
  )
}
