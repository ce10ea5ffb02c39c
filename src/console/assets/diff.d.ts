export interface Change {
  kind: 'same' | 'gone' | 'new'
  text: string
}
export function diffWords(before: string, after: string): Change[]
