/** What drafting cost today, beside what it may cost. */
export function Budget({ spent, budget }: { spent: number; budget: number }) {
  return (
    <span class="budget">
      <meter
        min={0}
        max={Math.max(1, budget)}
        value={spent}
        low={budget * 0.8}
        high={budget * 0.999}
        optimum={0}
        aria-hidden="true"
      />
      <span>
        ${(spent / 1e6).toFixed(2)} of ${(budget / 1e6).toFixed(2)} drafting budget today
      </span>
    </span>
  )
}
