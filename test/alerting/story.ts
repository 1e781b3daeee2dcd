import type { Pace } from './pace.js'

/** How often a stream of operations comes. */
export const rates = ['1 an hour', '1 a minute', '1,000 a second'] as const
export type Rate = (typeof rates)[number]

/** What a stream's values do. */
export const roles = ['healthy', 'breaching', 'wobbling'] as const
export type Role = (typeof roles)[number]

export type JudgedKpi = 'f1_score' | 'latency'

/** Operations of one model, with values of one KPI. */
export interface Stream {
  readonly model: string
  readonly kpi: JudgedKpi
  readonly rate: Rate
  readonly role: Role
  /** Seconds from one operation to the next. */
  readonly every: number
  /** Value of the n-th operation, at a time in seconds from the beginning. */
  readonly value: (n: number, at: number) => number
  /**
   * Spans of alerts, each of these levels at most once in each; none outside. Of what wobbles, each side that is past the
   * threshold: its operations are all alike, so a few of them prove that it has begun or ended.
   */
  readonly expected: readonly { readonly from: number; readonly to: number }[]
  readonly levels: readonly string[]
  /** Whether each of them must come. What wobbles around its threshold may be a breach, and may be noise. */
  readonly mustAlert: boolean
}

interface Values {
  readonly good: number
  readonly bad: number
  /** Just past the warning threshold, and just short of it, within the hysteresis. */
  readonly past: number
  readonly short: number
}

const values: Readonly<Record<JudgedKpi, Values>> = {
  f1_score: { good: 0.95, bad: 0.2, past: 0.79, short: 0.81 },
  latency: { good: 0.4, bad: 40, past: 5.5, short: 4.95 },
}

/** Every KPI at every rate in every role, each a model of its own. */
export function streams(pace: Pace): Stream[] {
  return (Object.keys(values) as JudgedKpi[]).flatMap((kpi) =>
    rates.flatMap((rate) => roles.map((role) => stream(pace, kpi, rate, role))),
  )
}

function stream(pace: Pace, kpi: JudgedKpi, rate: Rate, role: Role): Stream {
  const every = { '1 an hour': pace.hour, '1 a minute': pace.minute, '1,000 a second': 0.001 }[rate]
  const isHourly = rate === '1 an hour'
  const bad = isHourly
    ? pace.badHours.map(({ from, to }) => ({ from: from * pace.hour, to: to * pace.hour }))
    : pace.breaches
  const { good, bad: badValue, past, short } = values[kpi]
  const within = (spans: typeof bad, at: number) => spans.some(({ from, to }) => at >= from && at < to)
  // An hourly stream has one operation on each side, and begins and ends healthy.
  const wobbles = isHourly ? { from: pace.hour, to: pace.wobble.to, side: pace.hour } : pace.wobble
  const wobbling = (at: number) => Math.floor((at - wobbles.from) / wobbles.side) % 2 === 0

  return {
    model: `${kpi} ${rate} ${role}`,
    kpi,
    rate,
    role,
    every,
    value: (n, at) => {
      const time = isHourly ? n * pace.hour : at
      if (role === 'breaching') return within(bad, time) ? badValue : good
      if (role === 'wobbling' && within([wobbles], time)) return wobbling(time) ? past : short
      return good
    },
    expected: role === 'breaching' ? bad : role === 'wobbling' ? (isHourly ? [wobbles] : sides(wobbles)) : [],
    levels: role === 'wobbling' ? ['warning'] : ['warning', 'error', 'critical'],
    mustAlert: role === 'breaching',
  }
}

/** The sides of a wobble that are past the threshold. */
function sides({ from, to, side }: Pace['wobble']): { from: number; to: number }[] {
  const count = Math.ceil((to - from) / (2 * side))
  return Array.from({ length: count }, (_, i) => ({
    from: from + 2 * i * side,
    to: Math.min(from + (2 * i + 1) * side, to),
  }))
}
