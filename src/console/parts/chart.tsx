import { countWords } from './figures.ts'

interface Series {
  name: string
  /** One value for each day. */
  values: number[]
}

export interface ChartProps {
  id: string
  title: string
  days: string[]
  series: Series[]
  words?: (value: number) => string
}

const WIDTH = 720
const HEIGHT = 160
/** Of the room that a day has, what its bar takes. */
const FILLED = 0.76
const BAR_MAX = 48

/** Bars by day, one upon the other, and behind them the same as a table. Letters stand outside of the drawing, which is stretched. */
export function Chart(props: ChartProps) {
  const { id, title, series, words = countWords } = props
  const totals = props.days.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0))
  const most = Math.max(0, ...totals)
  const sum = totals.reduce((all, total) => all + total, 0)
  return (
    <section class="card chart" aria-labelledby={`${id}-head`}>
      <h2 id={`${id}-head`}>{title}</h2>
      {series.length > 1 && <Legend series={series} />}
      <div class="chart-plot">
        <p class="chart-top muted" aria-hidden="true">
          {words(most)}
        </p>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={`${id}-title ${id}-desc`}
        >
          <title id={`${id}-title`}>{title}, by day</title>
          <desc id={`${id}-desc`}>
            {`${words(sum)} in all from ${props.days[0]} to ${props.days.at(-1)}; the highest day has ${words(most)}. The table below has every figure.`}
          </desc>
          <path class="chart-grid" d={`M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} />
          {most > 0 && <Bars {...props} most={most} words={words} />}
        </svg>
        <p class="chart-days muted" aria-hidden="true">
          <span>{props.days[0]}</span>
          {props.days.length > 1 && <span>{props.days.at(-1)}</span>}
        </p>
      </div>
      <Behind {...props} words={words} />
    </section>
  )
}

function Legend({ series }: { series: Series[] }) {
  return (
    <ul class="chart-legend">
      {series.map(({ name }, i) => (
        <li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect class={`chart-${i + 1}`} width={10} height={10} rx={2} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  )
}

type Drawn = ChartProps & { most: number; words: (value: number) => string }

function Bars({ days, series, most, words }: Drawn) {
  const room = WIDTH / days.length
  const width = Math.min(room * FILLED, BAR_MAX)
  return (
    <>
      {days.map((day, i) => {
        const x = round(i * room + (room - width) / 2)
        let y = HEIGHT
        return (
          <g>
            <title>{`${day}: ${series.map(({ name, values }) => `${name} ${words(values[i] ?? 0)}`).join(', ')}`}</title>
            {series.map(({ values }, n) => {
              const height = ((values[i] ?? 0) / most) * HEIGHT
              y -= height
              return (
                height > 0 && (
                  <rect class={`chart-${n + 1}`} x={x} y={round(y)} width={round(width)} height={round(height)} />
                )
              )
            })}
          </g>
        )
      })}
    </>
  )
}

function round(n: number): number {
  return Math.round(n * 100) / 100
}

function Behind({ title, days, series, words }: ChartProps & Pick<Drawn, 'words'>) {
  return (
    <details class="behind">
      <summary>Table</summary>
      <Scroll label={`${title}, by day`}>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              {series.map(({ name }) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, i) => (
              <tr>
                <th scope="row">{day}</th>
                {series.map(({ values }) => (
                  <td>{words(values[i] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  )
}

/** What is wider than a phone moves by itself, also by keys. */
export function Scroll({ label, children }: { label: string; children?: unknown }) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      {children}
    </section>
  )
}
