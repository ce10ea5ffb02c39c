/** blocks: something does not work now; degrades: it works, but not well or not safely; soon: it will stop working. */
export type Severity = 'blocks' | 'degrades' | 'soon'

/** One thing that can be wrong with an installation, in words for whoever runs it. */
export interface Diagnosis {
  severity: Severity
  wrong: string
  /** The exact place where it is changed. */
  fix: string
  /** What does not work until then. */
  cost: string
}

type Words = [wrong: string, fix: string, cost: string]

const of =
  (severity: Severity) =>
  (...[wrong, fix, cost]: Words): Diagnosis => ({ severity, wrong, fix, cost })

export const blocks = of('blocks')
export const degrades = of('degrades')
export const soon = of('soon')
