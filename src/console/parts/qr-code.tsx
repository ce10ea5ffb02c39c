import { qrMatrix } from '../qr/matrix.ts'

/** The light margin that a reader needs, in modules. */
const MARGIN = 4

/** Always dark on light, whatever the page: some readers take nothing else. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const matrix = qrMatrix(text)
  const size = matrix.length + 2 * MARGIN
  const dark = matrix.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x + MARGIN} ${y + MARGIN}h1v1h-1z`] : [])),
  )
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path class="qr-light" d={`M0 0h${size}v${size}h-${size}z`} />
      <path class="qr-dark" d={dark.join('')} />
    </svg>
  )
}
