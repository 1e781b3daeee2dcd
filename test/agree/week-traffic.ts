import { type Config, type ConfigInput, defineConfig, type Kpi } from '@mnemoscope/kpi'
import { every, type Kind, type Minutes, type Operation } from '../truth/operations.js'
import type { Life } from '../truth/pattern.js'
import { seeded } from '../truth/random.js'
import { duration, score, share, tokens } from './kinds.js'
import type { Place, Traffic } from './traffic.js'

/** All ways of judging: a mean, a quantile, a ratio, a gauge; with levels that an override moves. */
export const weekInput: ConfigInput = {
  // Half as many evaluations as by default: each costs the same, and there are ten thousand.
  alertCheckInterval: '1m',
  services: [
    { name: 'memory', targets: ['10.0.0.1:9464', '10.0.0.2:9464'] },
    { name: 'agent', targets: ['10.0.0.3:9464'] },
  ],
  kpis: {
    latency: { overrides: [{ operation: 'generate', thresholds: { warning: 8, error: 15, critical: 30 } }] },
    adaptation_success_rate: { thresholds: { warning: 0.85, error: 0.7 } },
    memory_usage: { thresholds: { warning: 600_000_000, critical: 900_000_000 } },
  },
}
export const weekConfig: Config = defineConfig(weekInput)

export const weekHours = 168

/** Hours since the week began, from and to. */
type Hours = readonly [from: number, to: number]

/** When processes end and the next ones begin: deployments, replica by replica, and one that crashes again and again. */
const restarts: Readonly<Record<string, readonly number[]>> = {
  '10.0.0.1:9464': [30.61, 78.2, 127.05, 127.4],
  '10.0.0.2:9464': [30.63, 78.22, 127.07],
  '10.0.0.3:9464': [100.4, ...Array.from({ length: 8 }, (_, i) => 140 + i / 15)],
}
const downMinutes = 0.75

/** Hours in which no scrape of a service answers: short ones, and one that is longer than values are remembered. */
const unscraped: Readonly<Record<string, readonly Hours[]>> = {
  memory: [
    [44, 44.35],
    [88, 90.5],
    [121.4, 121.42],
  ],
  agent: [[60, 61]],
}

/** Operations of one KPI at one place: how often by day, what they are like, and what they are like for a while. */
interface Course {
  readonly place: Place
  readonly kpi: string
  /** Seconds from one operation of a replica to the next, by day. At night there are a tenth of them. */
  readonly pace: number
  readonly usual: Kind
  readonly otherwise?: readonly (readonly [...Hours, Kind])[]
  /** Hours in which the place is there at all. */
  readonly span?: Hours
}

const at = (service: string, model: string, contextSize: string, operation: string): Place => ({
  ...{ service, model, contextSize, operation },
})
const alpha = at('memory', 'alpha', '8192', 'search')
const generating = at('memory', 'alpha', '8192', 'generate')
const beta = at('memory', 'beta', '131072', 'search')
const rare = at('agent', 'gamma', '8192', 'search')
const held = at('memory', 'alpha', '8192', '')

/** A decline in steps, an hour each. */
const decline = (from: number, ...means: readonly number[]) =>
  means.map((mean, i) => [from + i, from + i + 1, score(mean)] as const)

const megabytes = (mean: number): Kind => ({
  draw: (uniform) => Math.round(1e6 * mean * (0.9 + 0.2 * uniform())),
  mean: 1e6 * mean,
  deviation: 6e4 * mean,
})

const courses: readonly Course[] = [
  {
    ...{ place: alpha, kpi: 'f1_score', pace: 6, usual: score(0.93) },
    otherwise: [
      [20, 20.7, score(0.62)],
      [52.3, 52.4, score(0.3)],
      // As good as the threshold for most of a day.
      [74, 99, score(0.8)],
      ...decline(120, 0.9, 0.86, 0.82, 0.78, 0.74, 0.7, 0.66),
    ],
  },
  {
    ...{ place: generating, kpi: 'f1_score', pace: 15, usual: score(0.9) },
    otherwise: [
      [29.9, 31.2, score(0.72)],
      [143, 160, score(0.755)],
    ],
  },
  {
    ...{ place: beta, kpi: 'f1_score', pace: 20, usual: score(0.95) },
    otherwise: [
      // It falls while nobody scrapes, and is still bad for a while.
      [88.7, 91.3, score(0.66)],
      [110, 110.1, score(0.1)],
    ],
  },
  {
    ...{ place: rare, kpi: 'f1_score', pace: 900, usual: score(0.87) },
    otherwise: [[96, 110, score(0.6)]],
  },
  {
    ...{ place: alpha, kpi: 'latency', pace: 6, usual: duration(1.1) },
    otherwise: [
      [44.1, 45, duration(26)],
      [70, 80, duration(5)],
      [130, 130.15, duration(60)],
    ],
  },
  {
    ...{ place: generating, kpi: 'latency', pace: 15, usual: duration(3.1) },
    otherwise: [
      [12, 13, duration(9)],
      [100, 103, duration(18)],
    ],
  },
  {
    ...{ place: rare, kpi: 'latency', pace: 600, usual: duration(3) },
    otherwise: [[138, 150, duration(14)]],
  },
  {
    ...{ place: alpha, kpi: 'token_usage', pace: 6, usual: tokens(2_100) },
    otherwise: [
      [33, 34, tokens(17_000)],
      [104, 106.5, tokens(27_000)],
    ],
  },
  // It comes with the second deployment, and is too expensive until the third.
  {
    ...{ place: beta, kpi: 'token_usage', pace: 20, usual: tokens(8_800), span: [78.3, weekHours] },
    otherwise: [[78.3, 127.07, tokens(20_100)]],
  },
  {
    ...{ place: alpha, kpi: 'adaptation_success_rate', pace: 40, usual: share(0.93) },
    otherwise: [
      [26, 28, share(0.5)],
      [62, 70, share(0.85)],
    ],
  },
  {
    ...{ place: rare, kpi: 'adaptation_success_rate', pace: 400, usual: share(0.95), span: [0, 130] },
    otherwise: [[110, 130, share(0.4)]],
  },
  {
    ...{ place: held, kpi: 'memory_usage', pace: 15, usual: megabytes(450) },
    otherwise: [
      [36, 37.5, megabytes(700)],
      [84, 85, megabytes(600)],
      [150, 151, megabytes(1_000)],
    ],
  },
]

/** KPIs that have thresholds. */
export const weekKpis: readonly Kpi[] = Object.values(weekConfig.kpis).filter(({ id }) =>
  courses.some(({ kpi }) => kpi === id),
)

/** The operations of a KPI in the first hours of a week, from a seed. */
export function weekTraffic({ id }: Pick<Kpi, 'id'>, seed: number, hours = weekHours): Traffic[] {
  const kpi = Object.values(weekConfig.kpis).find((each) => each.id === id) as Kpi
  return courses
    .filter((course) => course.kpi === id)
    .map((course, i): Traffic => {
      const { service } = course.place
      const targets = weekConfig.services.find(({ name }) => name === service)?.targets ?? []
      const lives = targets.flatMap((target, replica) =>
        livesOf(String(target), operationsOf(course, kpi, seeded(seed + 97 * i + replica))),
      )
      const minutes = hours * 60
      const missed = (unscraped[service] ?? []).map(([from, to]): Minutes => [from * 60, to * 60])
      const name = `${Object.values(course.place).join(' ')} ${id}`
      const pattern = { name, kpi: id, minutes, lives, unscraped: missed, says: {} }
      return { place: course.place, kpi, pattern }
    })
}

/** A day has 15 busy hours, from seven on. */
const isNight = (hour: number) => (hour + 24) % 24 < 7 || (hour + 24) % 24 >= 22

function operationsOf(course: Course, { instrument }: Kpi, uniform: () => number): Operation[] {
  const { pace, usual, otherwise = [], span = [0, weekHours] } = course
  const edges = new Set([...span, ...otherwise.map(([from]) => from), ...otherwise.map(([, to]) => to)])
  for (let hour = 0; hour < weekHours; hour++) if (isNight(hour) !== isNight(hour - 1)) edges.add(hour)
  const sorted = [...edges].filter((hour) => hour >= span[0] && hour <= span[1]).sort((a, b) => a - b)
  return sorted.slice(0, -1).flatMap((from, i) => {
    const to = sorted[i + 1] as number
    const [, , kind = usual] = otherwise.find(([begin, end]) => from >= begin && from < end) ?? []
    const slower = instrument !== 'gauge' && isNight(Math.floor(from)) ? 10 : 1
    return every(pace * slower, [from * 60, to * 60], kind, Math.floor(uniform() * 2 ** 31))
  })
}

/** The processes of a target, one after the other: what comes while none is there happens to nobody. */
function livesOf(instance: string, operations: readonly Operation[]): Life[] {
  const ends = (restarts[instance] ?? []).map((hour) => hour * 60)
  const starts = [0, ...ends.map((minute) => minute + downMinutes)]
  return starts.map((start, i): Life => {
    const end = ends[i]
    const own = operations.filter(({ at }) => at >= start * 60 && (end === undefined || at < end * 60))
    return { instance, starts: start, ...(end === undefined ? {} : { ends: end }), operations: own }
  })
}
