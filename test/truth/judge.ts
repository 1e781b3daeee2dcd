import {
  isInBreach,
  isQuantile,
  judgeGauge,
  judgeMean,
  judgeShare,
  type Kpi,
  type MeanMemory,
  meanSettings,
  rememberMean,
  rememberShare,
  type ShareMemory,
  shareSettings,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { type Added, counting, sumOf } from './counting.js'
import type { Pattern } from './pattern.js'
import { type Scrape, scrapesOf } from './scrapes.js'

/** Seconds between two evaluations of the rules. */
export const evaluationInterval = 30

/** What the steps say of one level at one evaluation. */
export interface Said {
  readonly at: number
  /** New operations of the place. */
  readonly added: Added
  readonly isFiring: boolean
  /** The least and the most that the value may be; undefined where it is unknown. */
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Decides at each evaluation, which ascend in time. */
export type Level = (at: number, added: Added) => Said

/** The steps for one level of a KPI that counts operations. */
export function levelOf(kpi: Kpi, level: ThresholdSeverity): Level {
  const { direction, statistic } = kpi
  const threshold = kpi.thresholds[level] as number
  let isFiring = false
  const said = (
    at: number,
    added: Added,
    judged: { low: number; high: number } | undefined,
    fires: boolean,
  ) => {
    isFiring = fires
    return { at, added, isFiring, low: judged?.low, high: judged?.high }
  }
  if (isQuantile(statistic)) {
    const settings = shareSettings(kpi)
    let memory: ShareMemory | undefined
    return (at, added) => {
      memory = rememberShare(memory, { count: added.count, sum: added.beyond[level] ?? 0 }, at, settings)
      const judged = memory && judgeShare(memory, settings)
      return said(
        at,
        added,
        judged,
        judged !== undefined && isInBreach(judged, settings.allowed, 'lower_is_better', isFiring),
      )
    }
  }
  const settings = meanSettings(kpi)
  let memory: MeanMemory | undefined
  return (at, added) => {
    memory = rememberMean(memory, added, at, settings)
    const judged = memory && judgeMean(memory, settings)
    return said(at, added, judged, judged !== undefined && isInBreach(judged, threshold, direction, isFiring))
  }
}

/** What the steps say of a pattern, level by level. */
export function judge(pattern: Pattern, kpi: Kpi): Map<ThresholdSeverity, Said[]> {
  const instances = [...scrapesOf(pattern, kpi).values()]
  const levels = thresholdSeverities.filter((level) => kpi.thresholds[level] !== undefined)
  if (kpi.instrument === 'gauge')
    return new Map(levels.map((level) => [level, gauge(pattern, kpi, level, instances)]))
  const counters = instances.map((scrapes) => counting(scrapes, evaluationInterval))
  const added = evaluationsOf(pattern).map((at) => ({ at, added: sumOf(counters.map((count) => count(at))) }))
  return new Map(
    levels.map((level) => {
      const decide = levelOf(kpi, level)
      return [level, added.map((each) => decide(each.at, each.added))]
    }),
  )
}

/** Seconds at which the rules are evaluated. */
function evaluationsOf({ minutes, unevaluated = [] }: Pattern): number[] {
  const all = Array.from(
    { length: Math.floor((minutes * 60) / evaluationInterval) + 1 },
    (_, i) => i * evaluationInterval,
  )
  return all.filter((at) => !unevaluated.some(([from, to]) => at >= from * 60 && at < to * 60))
}

function gauge(pattern: Pattern, kpi: Kpi, level: ThresholdSeverity, instances: readonly Scrape[][]): Said[] {
  const { direction } = kpi
  const { scrapeInterval = 15 } = pattern
  const threshold = kpi.thresholds[level] as number
  let isFiring = false
  return evaluationsOf(pattern).map((at) => {
    const readings = instances.flatMap((scrapes) => {
      const newest = scrapes.findLast((scrape) => scrape.at <= at)
      const totals = newest?.series[0]
      return newest === undefined || totals === undefined ? [] : [{ value: totals.sum, at: newest.at }]
    })
    const judged = judgeGauge(readings, at, { direction, scrapeInterval, evaluationInterval })
    isFiring = judged !== undefined && isInBreach(judged, threshold, direction, isFiring)
    const added = { count: readings.length, sum: 0, beyond: {} }
    return { at, added, isFiring, low: judged?.low, high: judged?.high }
  })
}
