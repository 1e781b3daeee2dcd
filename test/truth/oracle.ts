import { isQuantile, type Kpi, shareSettings, type ThresholdSeverity } from '@mnemoscope/kpi'
import type { Said } from './judge.js'
import type { Kind } from './operations.js'
import type { SeenOperation } from './seen.js'

/** What a judge must not do; goal of each is 0. */
export interface Faults {
  /** Breaches in which no alert fired. */
  missed: string[]
  /** Breaches with more than one alert. */
  doubled: string[]
  /** Alerts that began while no remembered operation was bad. */
  unfounded: string[]
  /** Alerts that ended while the newest operations were bad. */
  early: string[]
}

/** An operation as a level looks at it. */
interface Judged {
  readonly seenAt: number
  /** By how much it is beyond the threshold, at it 0. */
  readonly beyondBy: number
  /** By how much its kind is, and the standard deviation of its kind. */
  readonly trulyBeyondBy: number
  readonly deviation: number
}

/** How many standard errors a true mean must be beyond a threshold to be a breach. */
const certain = 3
/** The newest operations are bad where the mean of so many is beyond. */
const newest = 6
/** Operations among which there must be a bad one where an alert begins; those of one evaluation at least. */
const evidence = 20

/**
 * What is wrong with the alerts of one level, by what truly happened. A breach is a stretch of n operations whose true
 * mean is beyond the threshold by 3 standard deviations / sqrt(n), and healthy the same on the good side; what is in
 * between counts neither way. Once the value has expired, another bad operation is another breach.
 * @param seen all operations that the rules could count, in order of the evaluations that saw them
 * @param expiry in seconds
 */
export function faultsOf(
  kpi: Kpi,
  level: ThresholdSeverity,
  seen: readonly SeenOperation[],
  timeline: readonly Said[],
  expiry: number,
): Faults {
  const faults: Faults = { missed: [], doubled: [], unfounded: [], early: [] }
  const operations = judgedBy(kpi, level, seen)
  const spans = spansOf(timeline)
  for (const breach of stretchesOf(operations, expiry)) {
    const [from, to] = [breach[0]?.seenAt ?? 0, breach.at(-1)?.seenAt ?? 0]
    const certainty = certaintyOf(breach)
    if (certainty < certain) continue
    const during = spans.filter((span) => span.from <= to && span.to > from)
    const what = `${breach.length} operations from ${minutes(from)} to ${minutes(to)} min, ${certainty.toFixed(1)} standard errors beyond${measuredBy(breach, kpi)}`
    if (during.length === 0) faults.missed.push(what)
    if (during.length > 1) faults.doubled.push(`${what}: ${during.length} alerts`)
  }
  for (const { from, to, hasExpired } of spans) {
    const before = operations.filter(({ seenAt }) => seenAt <= from)
    const atOnce = before.filter(({ seenAt }) => seenAt === from).length
    const remembered = before.slice(-Math.max(evidence, atOnce))
    if (!remembered.some(({ beyondBy }) => beyondBy >= 0)) faults.unfounded.push(`at ${minutes(from)} min`)
    if (!Number.isFinite(to) || hasExpired) continue
    const last = operations.filter(({ seenAt }) => seenAt <= to).slice(-newest)
    const mean = last.reduce((sum, { beyondBy }) => sum + beyondBy, 0) / last.length
    const deviation = last.at(-1)?.deviation ?? 0
    if (mean >= (certain * deviation) / Math.sqrt(last.length)) faults.early.push(`at ${minutes(to)} min`)
  }
  return faults
}

const minutes = (second: number) => (second / 60).toFixed(1)

/** Operations as a level looks at them. Of a quantile each is beyond its threshold or not, and some may be. */
function judgedBy(kpi: Kpi, level: ThresholdSeverity, operations: readonly SeenOperation[]): Judged[] {
  const { direction, statistic, assumedDeviation } = kpi
  const threshold = kpi.thresholds[level] as number
  // Sums of decimals at the threshold are at it.
  const tolerance = 1e-9 * Math.abs(threshold)
  const by = (value: number) =>
    (direction === 'higher_is_better' ? threshold - value : value - threshold) + tolerance
  const usual = kpi.outcomes === undefined ? assumedDeviation : Math.sqrt(threshold * (1 - threshold))
  if (!isQuantile(statistic))
    return operations.map(({ seenAt, value, kind }) => {
      const { mean, deviation } = typeof kind === 'number' ? { mean: kind, deviation: usual } : kind
      return { seenAt, beyondBy: by(value), trulyBeyondBy: by(mean), deviation }
    })
  const { allowed } = shareSettings(kpi)
  const shareOf = (kind: Kind) =>
    typeof kind === 'number'
      ? Number(by(kind) >= 0)
      : (kind.shareBeyond?.(threshold) ?? Number(by(kind.mean) >= 0))
  return operations.map(({ seenAt, value, kind }) => {
    const share = shareOf(kind)
    const deviation = Math.sqrt(share * (1 - share))
    return { seenAt, beyondBy: Number(by(value) >= 0) - allowed, trulyBeyondBy: share - allowed, deviation }
  })
}

/** Runs of operations whose kind is at or beyond the threshold, as long as no value expires between them. */
function stretchesOf(operations: readonly Judged[], expiry: number): Judged[][] {
  const stretches: Judged[][] = []
  let current: Judged[] | undefined
  let before: Judged | undefined
  for (const operation of operations) {
    const hasExpired = before !== undefined && operation.seenAt - before.seenAt > expiry
    before = operation
    if (operation.trulyBeyondBy < 0) {
      current = undefined
      continue
    }
    if (current === undefined || hasExpired) {
      current = []
      stretches.push(current)
    }
    current.push(operation)
  }
  return stretches
}

/** Standard errors by which the true mean of a stretch is beyond the threshold. */
function certaintyOf(stretch: readonly Judged[]): number {
  const n = stretch.length
  const mean = stretch.reduce((sum, { trulyBeyondBy }) => sum + trulyBeyondBy, 0) / n
  const variance = stretch.reduce((sum, { deviation }) => sum + deviation ** 2, 0) / n
  return variance === 0 ? Number.POSITIVE_INFINITY : mean / Math.sqrt(variance / n)
}

/** What a stretch measured, by the deviation that is assumed of operations: all that can be known before they show theirs. */
function measuredBy(stretch: readonly Judged[], { statistic, assumedDeviation }: Kpi): string {
  if (isQuantile(statistic)) return ''
  const by = stretch.reduce((sum, { beyondBy }) => sum + beyondBy, 0) / stretch.length
  const errors = by / (assumedDeviation / Math.sqrt(stretch.length))
  return `; measured ${by.toFixed(3)} beyond, ${errors.toFixed(1)} standard errors of the assumed deviation`
}

/** An alert: seconds at which it began and ended (infinite where it goes on), and whether the value had expired then. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly hasExpired: boolean
}

export function spansOf(timeline: readonly Pick<Said, 'at' | 'isFiring' | 'low'>[]): Span[] {
  const spans: { from: number; to: number; hasExpired: boolean }[] = []
  let was = false
  for (const { at, isFiring, low } of timeline) {
    if (isFiring && !was) spans.push({ from: at, to: Number.POSITIVE_INFINITY, hasExpired: false })
    const last = spans.at(-1)
    if (!isFiring && was && last !== undefined) Object.assign(last, { to: at, hasExpired: low === undefined })
    was = isFiring
  }
  return spans
}
