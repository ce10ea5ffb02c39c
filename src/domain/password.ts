const MIN = 12

/** Why nobody should choose this password; undefined when there is no reason. */
export function passwordFault(password: string, _person: { name: string; email: string }): string | undefined {
  const length = [...password].length
  if (length < MIN) return `The password needs at least ${MIN} characters; it has ${length}`
  return undefined
}
