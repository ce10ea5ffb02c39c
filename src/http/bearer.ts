const BEARER = /^bearer +([\w.~+/=-]{1,4096})$/i

/** The token of an `Authorization: Bearer …`; undefined for anything else, two of them too. */
export function bearerIn(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1]
}
