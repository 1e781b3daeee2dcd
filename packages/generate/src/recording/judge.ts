import { type Config, isQuantile, type Kpi, meanSettings, names, shareSettings } from '@mnemoscope/kpi'
import { indent, over } from '../promql.js'
import { type Part, partition, type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import { alertPace, type Counter, countedSeries, countersOf, endedLabel, partGrowth } from './counting.js'
import { gaugeRules } from './gauge.js'
import { addedRules, ageingRules } from './lanes.js'
import { judgedMeanRules, nearRules } from './mean-judgement.js'
import { meanMemoryRules } from './mean-memory.js'
import { newestRules } from './newest-counters.js'
import { edgeBuckets, shareRules } from './share-memory.js'

/** All places, divided by what they are judged by. */
export function judgedParts(kpi: Kpi): Part<Kpi>[] {
  const settingsOf = ({ statistic, operations, expiry, assumedDeviation, hysteresis, thresholds }: Kpi) => {
    const memory = { statistic, operations, expiry }
    // Thresholds are compared with what is known of a mean, but it takes them to know a share.
    return isQuantile(statistic) ? { ...memory, thresholds } : { ...memory, assumedDeviation, hysteresis }
  }
  return partition(kpi, settingsOf).map(({ value, region }) => ({ value: { ...kpi, ...value }, region }))
}

/** What a KPI is judged by: `current` for people, `low` and `high` for alerts. */
export function judgeRules(config: Config, kpi: Kpi): RecordingRule[] {
  if (kpi.instrument === 'gauge') return gaugeRules(config, kpi)
  const parts = judgedParts(kpi)
  const byMean = parts.some(({ value }) => !isQuantile(value.statistic))
  const edges = edgesOfParts(kpi)
  const near = nearRules(config, kpi)
  return [
    ...readRules(config, kpi, byMean, edges),
    ...addedRules(config, kpi, byMean),
    ...(edges === undefined ? [] : [edgeRule(config, kpi, edges)]),
    ...parts.flatMap(({ value, region }) => partRules(config, value, region)),
    ...near,
    ...(near.length === 0 ? [] : parts.flatMap(({ value, region }) => judgedRules(value, region))),
  ]
}

/** The buckets at the edges of thresholds, of a KPI that is judged by a quantile anywhere. */
function edgesOfParts(kpi: Kpi): Counter | undefined {
  const byQuantile = judgedParts(kpi)
    .map(({ value }) => value)
    .filter(({ statistic, thresholds }) => isQuantile(statistic) && Object.keys(thresholds).length > 0)
  return byQuantile.length === 0 ? undefined : edgeBuckets(kpi, byQuantile)
}

function edgeRule(config: Config, kpi: Kpi, edges: Counter): RecordingRule {
  const pace = alertPace(config, kpi)
  return {
    record: names.judgeSeries.grown(kpi, 'bucket', 'alert'),
    // What is scraped has no label of its part; what was seen has one. Both are of one bucket.
    expr: `sum without (${endedLabel}, ${names.counterPart}) (\n${indent(partGrowth(edges, pace, countedSeries(kpi, pace)))}\n)`,
  }
}

/** What an evaluation reads of a KPI's counters. */
function readRules(config: Config, kpi: Kpi, byMean: boolean, edges: Counter | undefined): RecordingRule[] {
  const { sum } = countersOf(kpi)
  return newestRules(config, kpi, [
    ...(kpi.instrument === 'histogram' && byMean ? [sum] : []),
    ...(edges === undefined ? [] : [edges]),
  ])
}

/** That this evaluation took place; after everything that asks whether the last one did. */
export function evaluatedRules(kpi: Kpi): RecordingRule[] {
  return kpi.instrument === 'gauge' ? [] : [{ record: names.judgeSeries.evaluated(kpi), expr: 'vector(1)' }]
}

function partRules(config: Config, kpi: Kpi, region: Region): RecordingRule[] {
  const { statistic } = kpi
  if (isQuantile(statistic)) {
    const settings = shareSettings(kpi)
    const current = {
      record: names.recordedSeries.current(kpi),
      expr: `${within(names.judgeSeries.remembered(kpi, statistic), region)} and ${names.judgeSeries.lastOperation(kpi)}`,
    }
    return [...ageingRules(kpi, region, settings), current, ...shareRules(config, kpi, region, settings)]
  }
  const settings = meanSettings(kpi)
  return [...ageingRules(kpi, region, settings), ...meanMemoryRules(kpi, region, settings)]
}

/** What is judged only once all places have their memory. */
function judgedRules(kpi: Kpi, region: Region): RecordingRule[] {
  return isQuantile(kpi.statistic) ? [] : judgedMeanRules(kpi, region, meanSettings(kpi))
}

/**
 * The newest value of each place, for as long as another is expected: what alerts on missing data go by. It reads
 * `current`, which ends with the data, so it cannot keep itself alive.
 */
export function lastRules(kpi: Kpi): RecordingRule[] {
  const record = names.recordedSeries.last(kpi)
  return partition(kpi, ({ noData, expectedFor }) => ({ noData, expectedFor })).flatMap(
    ({ value, region }) => {
      if (value.noData === 'ignore') return []
      const lastOf = (selector: string) => over('last_over_time', selector, value.expectedFor)
      return [{ record, expr: within(names.recordedSeries.current(kpi), region, lastOf) }]
    },
  )
}
