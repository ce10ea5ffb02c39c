const SECOND_MS = 1000
const HOUR_MS = 3_600_000

/** How long a session lasts: while somebody is there, and in all. */
export const sessionLife = {
  idleMs: 12 * HOUR_MS,
  wholeMs: 7 * 24 * HOUR_MS,
  /** Two tabs that renew at the same time are one browser; a used token that comes later is a stolen one. */
  graceMs: 20 * SECOND_MS,
  /** How long a proof of who one is counts for what cannot be taken back. */
  recentMs: HOUR_MS / 6,
} as const

/** An operator with a second factor has given it, and where one is required nobody is without. */
export function isFullySignedIn(
  { hasFactor, factorAt }: { hasFactor: boolean; factorAt: Date | null },
  isFactorRequired: boolean,
): boolean {
  return hasFactor ? factorAt !== null : !isFactorRequired
}

export function isRecent(confirmedAt: Date | null, at: Date): boolean {
  return confirmedAt !== null && at.getTime() - confirmedAt.getTime() < sessionLife.recentMs
}

const browsers: readonly [RegExp, string][] = [
  [/\bEdg/, 'Edge'],
  [/\bOPR\/|Opera/, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]

const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
]

/** The kind of browser and machine, for its owner to recognise; no version, nothing that tells one person from another. */
export function browserOf(userAgent: string): string {
  const nameIn = (table: typeof browsers) => table.find(([pattern]) => pattern.test(userAgent))?.[1]
  const [browser, system] = [nameIn(browsers), nameIn(systems)]
  if (!browser) return system ?? 'Unknown browser'
  return system ? `${browser} on ${system}` : browser
}
