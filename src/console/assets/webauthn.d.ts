export function toBytes(text: string): Uint8Array
export function toText(buffer: ArrayBufferLike | Uint8Array): string
export function creationOf(asked: object): Record<string, unknown>
export function requestOf(asked: object): Record<string, unknown>
export function answerOf(credential: object): object
