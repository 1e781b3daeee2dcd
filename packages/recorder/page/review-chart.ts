import type { ChartContent } from './chart-frame.js'

const day = 86_400
/** The mildest first. */
const levels = ['info', 'warning', 'error', 'critical'] as const

/** What a review says of its days. */
interface ReviewedTime {
  /** Unix seconds. */
  readonly from: number
  readonly to: number
  readonly days: readonly (Readonly<Record<(typeof levels)[number], number>> & { readonly day: string })[]
}

/** How many alerts of each level began on each day, as a chart. Undefined where no alert began, or within fewer than two days. */
export function alertsPerDay({ from, to, days }: ReviewedTime): ChartContent | undefined {
  const startOf = (name: string) => Date.parse(name) / 1_000
  // A day of the time zone stands at its noon; those at the ends may be cut.
  const first = Math.min(Math.floor(from / day) * day, ...days.map(({ day: name }) => startOf(name)))
  const last = Math.max(Math.floor((to - 1) / day) * day, ...days.map(({ day: name }) => startOf(name)))
  const count = Math.round((last - first) / day) + 1
  if (days.length === 0 || count < 2) return undefined
  const byDay = new Map(days.map((each) => [startOf(each.day), each]))
  return {
    kpi: { title: 'Alerts a day', value_of: '', unit: '{alert}', direction: 'lower_is_better' },
    thresholds: {},
    lines: levels
      .filter((level) => days.some((each) => each[level] > 0))
      .map((level) => ({
        ...{ name: level, colour: `--${level}`, dash: [] },
        points: Array.from({ length: count }, (_, i) => {
          const began = byDay.get(first + i * day)?.[level] ?? 0
          return [first + (i + 0.5) * day, began, began, began] as const
        }),
      })),
    ...{ from: first, to: last + day, stepSeconds: day, gaps: [], marks: [], changes: [] },
  }
}
