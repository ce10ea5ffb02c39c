export type Piece = { kind: 'text'; text: string } | { kind: 'hidden' | 'lookalike'; text: string; name: string }
export function reveal(text: string): Piece[]
export function hidesSomething(text: string): boolean
