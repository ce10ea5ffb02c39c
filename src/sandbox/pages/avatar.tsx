const HUES = 6

/** Initials on a colour that stays with the name. */
export function Avatar({ name }: { name: string }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
  const hue = [...name].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % HUES
  return (
    <span class={`avatar hue-${hue}`} aria-hidden="true">
      {initials}
    </span>
  )
}
