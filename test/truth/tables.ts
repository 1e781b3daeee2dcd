import type { Kpi } from '@mnemoscope/kpi'
import { judge, type Said } from './judge.js'
import { every, type Kind } from './operations.js'
import { spansOf } from './oracle.js'
import { oneLife, type Pattern } from './pattern.js'
import { beta, lognormal, lognormalShare, seeded } from './random.js'

/** A kind of operation, one each so many seconds. */
interface Traffic {
  readonly seconds: number
  readonly kind: Kind
}

/** How often a system that stays as it is is called ill, or well again. */
export interface SteadyRow {
  readonly name: string
  readonly kpi: string
  readonly hours: number
  readonly traffic: Traffic
  /** Episodes that three lanes had, the design that this one is compared with; mean of ten seeds. */
  readonly before: number
}

/** After how many operations a system that changes for the worse, or for the better, is called so. */
export interface StepRow {
  readonly name: string
  readonly kpi: string
  readonly from: Traffic
  readonly to: Traffic
  readonly becomes: 'ill' | 'well'
  /** Operations that it may take: those of three lanes (median of 20 seeds), or what detection must show. */
  readonly most: number
}

const f1 = (mean: number, deviation: number): Kind => ({ draw: beta(mean, deviation), mean, deviation })

const latency = (p95: number): Kind => ({
  draw: lognormal(p95, 0.5),
  mean: p95,
  deviation: 0.5,
  shareBeyond: (threshold) => lognormalShare(p95, 0.5, threshold),
})

const steadyF1 = (mean: number, deviation: number, seconds: number, before: number): SteadyRow => ({
  name: `F1 ${mean}, deviation ${deviation}, an operation each ${seconds} s`,
  kpi: 'f1_score',
  hours: 11,
  traffic: { seconds, kind: f1(mean, deviation) },
  before,
})

const steadyLatency = (p95: number, seconds: number, before: number): SteadyRow => ({
  name: `p95 ${p95} s, an operation each ${seconds} s`,
  kpi: 'latency',
  hours: 7,
  traffic: { seconds, kind: latency(p95) },
  before,
})

/** Not later than three lanes by more than an evaluation or a tenth. */
const notLater = (before: number, seconds: number) => Math.max(before * 1.1, before + Math.ceil(30 / seconds))

const stepOfF1 = (from: number, to: number, deviation: number, seconds: number, most: number): StepRow => ({
  name: `F1 from ${from} to ${to}, deviation ${deviation}, an operation each ${seconds} s`,
  kpi: 'f1_score',
  from: { seconds, kind: f1(from, deviation) },
  to: { seconds, kind: f1(to, deviation) },
  becomes: from > to ? 'ill' : 'well',
  most,
})

const stepOfLatency = (to: number, seconds: number, before: number): StepRow => ({
  name: `p95 from 2 to ${to} s, an operation each ${seconds} s`,
  kpi: 'latency',
  from: { seconds, kind: latency(2) },
  to: { seconds, kind: latency(to) },
  becomes: 'ill',
  most: notLater(before, seconds),
})

/** Threshold 0.80 and 5 s. */
export const steadyRows: readonly SteadyRow[] = [
  steadyF1(0.82, 0.15, 10, 4),
  steadyF1(0.84, 0.15, 60, 0.3),
  steadyF1(0.84, 0.15, 300, 1),
  steadyF1(0.86, 0.15, 300, 0.2),
  steadyF1(0.9, 0.15, 1_200, 0.2),
  steadyF1(0.84, 0.25, 10, 2.2),
  steadyF1(0.86, 0.25, 300, 1),
  steadyF1(0.79, 0.15, 300, 1.5),
  steadyLatency(4, 60, 0.3),
  steadyLatency(4.5, 60, 1.1),
  steadyLatency(4.5, 4, 0.5),
  steadyLatency(4.5, 300, 0.8),
  steadyLatency(5.5, 60, 1.4),
  steadyLatency(6, 1_200, 0.5),
]

export const stepRows: readonly StepRow[] = [
  stepOfF1(0.95, 0.3, 0.05, 10, notLater(6, 10)),
  stepOfF1(0.9, 0.5, 0.15, 60, notLater(6, 60)),
  stepOfF1(0.9, 0.5, 0.15, 300, notLater(4, 300)),
  stepOfF1(0.9, 0.5, 0.15, 1_200, notLater(2, 1_200)),
  stepOfF1(0.9, 0.75, 0.05, 1, notLater(150, 1)),
  stepOfF1(0.88, 0.78, 0.05, 1, notLater(270, 1)),
  stepOfF1(0.9, 0.75, 0.05, 60, notLater(44, 60)),
  stepOfF1(0.88, 0.78, 0.15, 300, notLater(45, 300)),
  stepOfF1(0.5, 0.9, 0.15, 1, notLater(240, 1)),
  stepOfF1(0.5, 0.9, 0.15, 60, notLater(24, 60)),
  stepOfF1(0.5, 0.9, 0.15, 300, notLater(13, 300)),
  stepOfLatency(6, 1, 210),
  stepOfLatency(8, 1, 60),
  stepOfLatency(8, 60, 16),
  stepOfLatency(20, 4, 8),
  stepOfLatency(6, 300, 14),
  stepOfLatency(20, 1_200, 2),
]

/** What detection must show, for both deviations: within two evaluations, eight operations, and the first or second. */
export const detectionRows: readonly StepRow[] = [0.05, 0.15].flatMap((deviation) => [
  stepOfF1(0.95, 0.5, deviation, 1, 60),
  stepOfF1(0.95, 0.5, deviation, 60, 8),
  stepOfF1(0.95, 0.5, deviation, 3_600, 2),
])

/** A row's traffic as a pattern. Its operations begin at a random moment between two scrapes. */
export function steadyPattern({ name, kpi, hours, traffic }: SteadyRow, seed: number): Pattern {
  const operations = trafficOf(seed, [0, hours * 60], traffic)
  return { name: `${name}, seed ${seed}`, kpi, minutes: hours * 60, lives: oneLife(operations), says: {} }
}

/** When the system of a row changes, in minutes: it was known for long enough by then. */
export const changeOf = ({ from }: StepRow) => Math.max(60 * from.seconds, 3 * 3_600) / 60

export function stepPattern(row: StepRow, seed: number): Pattern {
  const { name, kpi, from, to } = row
  const change = changeOf(row)
  const end = change + Math.max(150 * to.seconds, 2 * 3_600) / 60
  const operations = [...trafficOf(seed, [0, change], from), ...trafficOf(seed + 0.5, [change, end], to)]
  return { name: `${name}, seed ${seed}`, kpi, minutes: end, lives: oneLife(operations), says: {} }
}

function trafficOf(seed: number, span: readonly [number, number], { seconds, kind }: Traffic) {
  const uniform = seeded(Math.round(seed * 2_654_435.761))
  const late = (uniform() - 0.5) * seconds
  const end = span[1] * 60
  return every(seconds, span, kind, Math.floor(uniform() * 2 ** 32))
    .map((operation) => ({ ...operation, at: operation.at + late }))
    .filter(({ at }) => at < end)
}

/** Episodes of a pattern of a steady row, and the share of evaluations that fire. */
export function episodesOf(timeline: readonly Pick<Said, 'at' | 'isFiring' | 'low'>[]) {
  const firing = timeline.filter(({ isFiring }) => isFiring).length
  return { episodes: spansOf(timeline).length, firing: firing / timeline.length }
}

/** Operations of the new kind that had happened when the system was called so; Infinity where it never was. */
export function operationsUntil(
  row: StepRow,
  { lives }: Pattern,
  timeline: readonly Pick<Said, 'at' | 'isFiring'>[],
): number {
  const change = changeOf(row) * 60
  const found = timeline.find(({ at, isFiring }) => at > change && isFiring === (row.becomes === 'ill'))
  if (found === undefined) return Number.POSITIVE_INFINITY
  return lives.flatMap(({ operations }) => operations).filter(({ at }) => at > change && at <= found.at)
    .length
}

/** What the steps say of the warning level of a pattern. */
export function warnings(pattern: Pattern, kpi: Kpi): readonly Said[] {
  return judge(pattern, kpi).get('warning') ?? []
}
