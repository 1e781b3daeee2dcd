import { type Config, isQuantile, type Kpi, meanSettings, names, shareSettings } from '@mnemoscope/kpi'
import { over } from '../promql.js'
import { type Part, partition, type Region, within } from '../region.js'
import type { RecordingRule } from '../rule.js'
import { countersOf, seenRules } from './counting.js'
import { gaugeRules } from './gauge.js'
import { addedRules, ageingRules } from './lanes.js'
import { meanRules } from './mean-memory.js'
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
  return [
    ...addedRules(config, kpi, byMean),
    ...parts.flatMap(({ value, region }) => partRules(config, value, region)),
  ]
}

/** What this evaluation saw of a KPI's counters; after everything that reads what the last one saw. */
export function seenCountersRules(kpi: Kpi): RecordingRule[] {
  if (kpi.instrument === 'gauge') return []
  const parts = judgedParts(kpi).map(({ value }) => value)
  const byQuantile = parts.filter(({ statistic }) => isQuantile(statistic))
  const { count, sum } = countersOf(kpi)
  const hasSum = kpi.instrument === 'histogram' && byQuantile.length < parts.length
  const hasEdges = byQuantile.some(({ thresholds }) => Object.keys(thresholds).length > 0)
  return [
    ...seenRules(kpi, [count, ...(hasSum ? [sum] : []), ...(hasEdges ? [edgeBuckets(kpi, byQuantile)] : [])]),
    { record: names.judgeSeries.evaluated(kpi), expr: 'vector(1)' },
  ]
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
  return [...ageingRules(kpi, region, settings), ...meanRules(kpi, region, settings)]
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
