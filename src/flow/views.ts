import type { Database } from '#db/client.ts'
import { deleteView, insertView, listViews, VIEWS_MAX } from '#db/desk.ts'
import { AppError } from '#src/domain/errors.ts'
import { newId, type OperatorId, type ViewId } from '#src/domain/ids.ts'
import { line } from './wording.ts'

/** What one operator keeps of the queue's choices; nobody else sees it, so no entry is made of it. */
export function createViews({ db, now }: { db: Database; now: () => Date }) {
  return {
    /** `query` holds a choice and no search. Throws `invalid_input` without a name, or when there are enough. */
    async save(input: { operatorId: OperatorId; name: string; query: string }): Promise<void> {
      const { operatorId, query } = input
      const name = line(input.name, 'name')
      if (name === '') throw new AppError('invalid_input', 'Please give the view a name', { field: 'name' })
      if (query === '') throw new AppError('invalid_input', 'Choose something first', { field: 'query' })
      if ((await listViews(db, operatorId)).length >= VIEWS_MAX) {
        throw new AppError('invalid_input', `${VIEWS_MAX} views are enough: remove one first`, { field: 'name' })
      }
      const at = now()
      await insertView(db, { id: newId('view', at), operatorId, name, query, createdAt: at })
    },
    async remove({ viewId, operatorId }: { viewId: ViewId; operatorId: OperatorId }): Promise<void> {
      await deleteView(db, viewId, operatorId)
    },
  }
}
