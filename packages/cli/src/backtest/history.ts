import {
  boundarySpellings,
  bucketEdge,
  durationSeconds,
  isQuantile,
  judgeShare,
  type Kpi,
  kpiAt,
  names,
  type Place,
  rememberShare,
  type ShareMemory,
  shareSettings,
  type ThresholdSeverity,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { rangeOf } from '../prometheus-client.js'
import type { Judged, Timeline } from './replay.js'

/** Values of a KPI at one place, as the rules judged them. */
export interface PlaceHistory extends Place {
  readonly service: string
  readonly kpi: Kpi
  readonly timeline: Timeline
  /** Of a quantile: what is known of the share beyond each threshold. Left out where no bucket tells. */
  readonly levels?: Levels
}

/** A timeline of shares for each level. */
export type Levels = Readonly<Partial<Record<ThresholdSeverity, Timeline>>>

/** The places of an operation; all where none is given. */
export function ofOperation(places: readonly PlaceHistory[], operation?: string): readonly PlaceHistory[] {
  return places.filter((place) => operation === undefined || place.operation === operation)
}

export interface Range {
  readonly start: number
  readonly end: number
  readonly step: number
}

type Columns = ReadonlyMap<string, readonly (number | undefined)[]>

/**
 * What the rules judged at each evaluation, as Prometheus holds it: the value, and the least and the most that it may
 * be, which do not depend on thresholds. The share beyond a threshold of a quantile does: it is judged again, from the
 * buckets that the services exposed.
 */
export async function historyOf(url: string, kpi: Kpi, range: Range): Promise<PlaceHistory[]> {
  const steps = Math.floor((range.end - range.start) / range.step) + 1
  const column = (expression: string) => columns(url, expression, range, steps)
  const [values, lows, highs] = await Promise.all([
    column(names.recordedSeries.current(kpi)),
    column(`${names.judgeSeries.low(kpi)}{severity=""}`),
    column(`${names.judgeSeries.high(kpi)}{severity=""}`),
  ])
  const hasQuantile = [kpi, ...kpi.overrides].some(({ statistic = kpi.statistic }) => isQuantile(statistic))
  const shares = hasQuantile ? await sharesOf(column, kpi, range) : new Map<string, Levels>()
  return [...new Set([...values.keys(), ...shares.keys()])].map((key): PlaceHistory => {
    const [service, model, contextSize, operation] = JSON.parse(key) as [string, string, string, string]
    const there = kpiAt(kpi, { model, contextSize, operation })
    const judged = Array.from({ length: steps }, (_, i): Judged | undefined => {
      const value = values.get(key)?.[i]
      if (value === undefined) return undefined
      return { value, low: lows.get(key)?.[i] ?? value, high: highs.get(key)?.[i] ?? value }
    })
    const levels = isQuantile(there.statistic) ? shares.get(key) : undefined
    const place = { service, model, contextSize, operation }
    return { ...place, kpi: there, timeline: { ...range, values: judged }, ...(levels && { levels }) }
  })
}

/** The share at or beyond each threshold of a quantile at every place, from counters of operations and buckets. */
async function sharesOf(
  column: (expression: string) => Promise<Columns>,
  kpi: Kpi,
  range: Range,
): Promise<Map<string, Levels>> {
  const place = names.seriesLabels.join(', ')
  const metric = names.metricName(kpi)
  const upTo = (name: string) => `sum by (${place}) (last_over_time(${name}[10m]))`
  const bucketsOf = (boundary: number) =>
    column(
      upTo(
        `${metric}_bucket{le=~"${boundarySpellings(boundary)
          .map((text) => text.replaceAll(/[.+]/g, '[$&]'))
          .join('|')}"}`,
      ),
    )
  const counts = await column(upTo(`${metric}_count`))
  const all = new Map<string, Levels>()
  for (const [key, count] of counts) {
    const [, model = '', contextSize = '', operation = ''] = JSON.parse(key) as string[]
    const there = kpiAt(kpi, { model, contextSize, operation })
    if (!isQuantile(there.statistic)) continue
    const levels: { [level in ThresholdSeverity]?: Timeline } = {}
    for (const severity of thresholdSeverities) {
      const threshold = there.thresholds[severity]
      if (threshold === undefined) continue
      const bucket = (await bucketsOf(bucketEdge(there.direction, threshold))).get(key)
      if (bucket !== undefined) levels[severity] = shareTimeline(there, count, bucket, range)
    }
    all.set(key, levels)
  }
  return all
}

function shareTimeline(
  { direction, statistic, operations, expiry }: Kpi,
  count: readonly (number | undefined)[],
  bucket: readonly (number | undefined)[],
  range: Range,
): Timeline {
  const quantile = Number(statistic.slice(1)) / 100
  const settings = shareSettings({ direction, quantile, operations, expiry: durationSeconds(expiry) })
  let memory: ShareMemory | undefined
  const values = count.map((_, i): Judged | undefined => {
    // A counter that falls began anew.
    const grown = (of: readonly (number | undefined)[]) => {
      const [before, now] = [of[i - 1] ?? 0, of[i] ?? of[i - 1] ?? 0]
      return i === 0 ? 0 : now < before ? now : now - before
    }
    const [added, inside] = [grown(count), grown(bucket)]
    const beyond = direction === 'higher_is_better' ? inside : Math.max(0, added - inside)
    memory = rememberShare(memory, { count: added, sum: beyond }, range.start + i * range.step, settings)
    return memory && { value: 0, ...judgeShare(memory, settings) }
  })
  return { ...range, values }
}

async function columns(url: string, expression: string, range: Range, steps: number): Promise<Columns> {
  const series = await rangeOf(url, expression, range)
  return new Map(
    series.map(({ labels, samples }) => {
      const values: (number | undefined)[] = Array.from({ length: steps }, () => undefined)
      for (const [at, value] of samples) values[Math.round((at - range.start) / range.step)] = value
      return [JSON.stringify(names.seriesLabels.map((label) => labels[label] ?? '')), values]
    }),
  )
}
