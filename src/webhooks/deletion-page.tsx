import { raw } from 'hono/html'
import type { Child, PropsWithChildren } from 'hono/jsx'

/** What the page tells of a deletion, and all it knows. */
export interface DeletionState {
  status: 'received' | 'erasing' | 'done'
  requestedAt: Date
  doneAt: Date | null
  foundPerson: boolean
  foundAccount: boolean
}

export function drawDeletion(state: DeletionState) {
  return document(
    <Page title={state.status === 'done' ? 'Deletion done' : 'Deletion in progress'}>
      <p>
        Your request for deletion was received on <At of={state.requestedAt} />.
      </p>
      {state.status === 'done' ? <Done {...state} /> : <Working {...state} />}
      <p>Please keep the address of this page if you want to look again. It tells nothing about you to anybody.</p>
    </Page>,
  )
}

export function drawNoDeletion() {
  return document(
    <Page title="No such deletion">
      <p>There is no deletion with this code. Please check that the address is complete.</p>
    </Page>,
  )
}

function Working({ status }: DeletionState) {
  return status === 'received' ? (
    <p>It has not begun yet. It begins as soon as everything that arrived before it has been sorted.</p>
  ) : (
    <p>It is under way. It is done only once nothing of you can be found here any more.</p>
  )
}

function Done({ doneAt, foundPerson, foundAccount }: DeletionState) {
  const when = doneAt && <At of={doneAt} />
  if (!foundPerson && !foundAccount)
    return <p>Nothing of you was found here, so nothing of you is kept. This was looked up on {when}.</p>
  return (
    <>
      <p>It was done on {when}.</p>
      {foundPerson && (
        <p>
          What was kept of you here has been deleted: names, messages and pictures, the replies to them, and the raw
          notifications that brought them.
        </p>
      )}
      {foundAccount && (
        <p>
          The permission you had given for your account has been deleted, so nothing can be read or sent with it any
          more. The name and number of that account, and what its own customers wrote to it, stay with the business that
          runs this installation; ask it directly to delete those.
        </p>
      )}
    </>
  )
}

/** In UTC and in words, since nothing is known about who reads it. */
function At({ of }: { of: Date }) {
  const iso = of.toISOString()
  return <time datetime={iso}>{`${iso.slice(0, 10)} at ${iso.slice(11, 16)} UTC`}</time>
}

function Page({ title, children }: PropsWithChildren<{ title: string }>) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  )
}

function document(page: Child) {
  return raw(`<!doctype html>${String(page)}`)
}
