import { diffWords } from '../assets/diff.js'
import { Revealed } from './revealed.tsx'

/** What became of a text, word by word: struck out what went, marked what came. */
export function Diff({ before, after }: { before: string; after: string }) {
  return (
    <>
      {diffWords(before, after).map(({ kind, text }) => {
        if (kind === 'same') return <Revealed text={text} />
        const Tag = kind === 'gone' ? 'del' : 'ins'
        return (
          <Tag>
            <span class="sr">{kind === 'gone' ? ' removed: ' : ' added: '}</span>
            <Revealed text={text} />
            <span class="sr"> . </span>
          </Tag>
        )
      })}
    </>
  )
}
