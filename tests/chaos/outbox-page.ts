/** A post as the outbox page shows it. */
export interface ShownPost {
  id: string
  conversationId: string
  contactName: string
  text: string
  /** It answers a comment under that comment. */
  isPublic: boolean
  status: string
  /** The product has looked into the thread and leaves it to a person. */
  hasBeenLookedFor: boolean
}

const LOOKED = /The thread (shows|does not show)|The platform does not show|The thread could not be read/

/** Reads the page as a person does, from what stands on it. */
export function readOutbox(html: string): ShownPost[] {
  const blocks = html.split('<li class="post post-').slice(1)
  return blocks.flatMap((block) => {
    const status = /^(\w+)"/.exec(block)?.[1] ?? ''
    const id = /id="(pst_\w+)"/.exec(block)?.[1]
    const conversationId = /href="\/conversations\/(cnv_\w+)"/.exec(block)?.[1]
    const text = /<p class="post-text"[^>]*>([\s\S]*?)<\/p>/.exec(block)?.[1]
    const name = /href="\/conversations\/cnv_\w+"[^>]*>([\s\S]*?)<\/a>/.exec(block)?.[1]
    if (!id || !conversationId || text === undefined) return []
    const isPublic = block.includes('Public reply')
    const shown = {
      isPublic,
      contactName: plain(name ?? '').trim(),
      text: plain(text),
      hasBeenLookedFor: LOOKED.test(block),
    }
    return [{ id, conversationId, status, ...shown }]
  })
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function plain(html: string): string {
  return html
    .replace(/<[^>]+>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => ENTITIES[name] ?? '')
}
