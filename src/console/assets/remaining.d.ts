export type Tone = 'calm' | 'soon' | 'urgent' | 'closed'
export function inWords(ms: number): string
export function toneOf(ms: number): Tone
