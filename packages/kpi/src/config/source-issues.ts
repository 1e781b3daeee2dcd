import type { Instrument, Kpi, Thresholds } from '../kpi.js'
import { type KpiSource, sourceSelections } from '../source/source.js'
import { conversionOf, convertibleUnits, unitInName } from '../source/units.js'
import { isQuantile, overridden } from '../thresholds.js'
import type { ConfigIssue } from './issues.js'

/** What a source has to name for each instrument, and what else it may say. */
const forms: Readonly<Record<Instrument, { needs: readonly Key[][]; allows: readonly Key[] }>> = {
  histogram: { needs: [['metric', 'boundaries']], allows: ['where', 'unit'] },
  gauge: { needs: [['metric'], ['promql']], allows: ['where', 'unit'] },
  counter: { needs: [['counted', 'others']], allows: [] },
}

type Key = Exclude<keyof KpiSource, 'labels'>

/**
 * What is wrong with the source of a KPI, as far as the configuration by itself tells; `mnemoscope doctor` compares it with
 * the running Prometheus.
 * @param path of the KPI
 */
export function sourceIssues(
  kpi: Kpi,
  path: string,
  contextSizes: readonly number[] | undefined,
): ConfigIssue[] {
  const { source } = kpi
  if (source === undefined) return []
  const at = `${path}.source`
  return [
    ...formIssues(kpi, source, at),
    ...sourceSelections(source).flatMap(([setting, { metric }]) =>
      nameIssues(kpi, source, metric, setting === 'metric' ? `${at}.metric` : `${at}.${setting}.metric`),
    ),
    ...unitIssues(kpi, source, at),
    ...boundaryIssues(kpi, source, path),
    ...contextSizeIssues(source, at, contextSizes),
  ]
}

function formIssues({ instrument }: Kpi, source: KpiSource, at: string): ConfigIssue[] {
  const { needs, allows } = forms[instrument]
  const has = (key: Key) => source[key] !== undefined
  const form = needs.find((keys) => keys.some(has))
  const wanted = needs.map((keys) => keys.join(' and ')).join(', or ')
  if (form === undefined) {
    return [{ path: at, value: undefined, expected: `of a ${instrument}: ${wanted}` }]
  }
  const missing = form
    .filter((key) => !has(key))
    .map((key): ConfigIssue => {
      const expected =
        key === 'boundaries'
          ? 'the boundaries that the histogram has in Prometheus (its labels le without +Inf), in its unit'
          : `of a ${instrument}: ${wanted}`
      return { path: `${at}.${key}`, value: undefined, expected }
    })
  const known: readonly Key[] = [...form, ...allows, 'unit']
  const others = (Object.keys(source) as (keyof KpiSource)[]).filter(
    (key) => key !== 'labels' && !known.includes(key),
  )
  const superfluous = others.map((key): ConfigIssue => {
    return {
      path: `${at}.${key}`,
      value: source[key],
      expected: `no such key for a ${instrument}: ${wanted}`,
    }
  })
  return [...missing, ...superfluous]
}

function nameIssues({ instrument }: Kpi, source: KpiSource, metric: string, at: string): ConfigIssue[] {
  if (metric.startsWith('mnemoscope_') || metric.includes(':mnemoscope_')) {
    return [{ path: at, value: metric, expected: 'a metric of another program: this one is of Mnemoscope' }]
  }
  if (instrument === 'histogram' && metric.endsWith('_bucket')) {
    const expected = `the name of the histogram without "_bucket": ${metric.replace(/_bucket$/, '')}`
    return [{ path: at, value: metric, expected }]
  }
  const named = instrument === 'counter' ? undefined : unitInName(metric)
  if (named === undefined || named === source.unit) return []
  return [
    {
      path: at.replace(/\.metric$/, '.unit'),
      value: source.unit,
      expected: `expected "${named}", which the name of the metric says`,
    },
  ]
}

function unitIssues({ unit, instrument }: Kpi, source: KpiSource, at: string): ConfigIssue[] {
  if (instrument === 'counter' || conversionOf(source.unit, unit) !== undefined) return []
  return [
    {
      path: `${at}.unit`,
      value: source.unit,
      expected: `a unit that can be converted into the KPI's: ${convertibleUnits(unit).join(', ')}`,
    },
  ]
}

/** A quantile is judged by the share of operations beyond a threshold, which only a bucket with this boundary tells. */
function boundaryIssues(kpi: Kpi, { boundaries = [] }: KpiSource, path: string): ConfigIssue[] {
  if (kpi.instrument !== 'histogram' || kpi.boundaries.length === 0) return []
  if (boundaries.some((boundary, i) => i > 0 && boundary <= (boundaries[i - 1] as number))) {
    return [{ path: `${path}.source.boundaries`, value: boundaries, expected: 'ascending, each once' }]
  }
  const notAmong = (thresholds: Thresholds, { statistic }: Kpi, at: string) =>
    Object.entries(thresholds)
      .filter(([, threshold]) => isQuantile(statistic) && !kpi.boundaries.includes(threshold))
      .map(([level, value]): ConfigIssue => {
        const expected =
          `a boundary of the source, such as ${nearestOf(kpi.boundaries, value).join(' or ')}, ` +
          `because ${statistic} is judged by the bucket at the threshold; or statistic: 'mean'`
        return { path: `${at}.thresholds.${level}`, value, expected }
      })
  return [
    ...notAmong(kpi.thresholds, kpi, path),
    ...kpi.overrides.flatMap((override, i) => {
      const there = overridden(kpi, override)
      // What it has of the KPI was looked at there, unless the KPI itself is judged by its mean.
      const own = isQuantile(kpi.statistic) ? override.thresholds : there.thresholds
      return notAmong(own, there, `${path}.overrides[${i}]`)
    }),
  ]
}

/** The boundaries on both sides of a value. */
function nearestOf(boundaries: readonly number[], value: number): number[] {
  const [below, above] = [
    boundaries.findLast((each) => each < value),
    boundaries.find((each) => each > value),
  ]
  return [below, above].filter((each) => each !== undefined)
}

function contextSizeIssues(
  { labels: { contextSize } }: KpiSource,
  at: string,
  contextSizes: readonly number[] | undefined,
): ConfigIssue[] {
  if (typeof contextSize !== 'object' || contextSizes === undefined) return []
  const { value } = contextSize
  if (value === '+Inf' || contextSizes.includes(Number(value))) return []
  const expected = `one of contextSizes: ${contextSizes.join(', ')}, or "+Inf"`
  return [{ path: `${at}.labels.contextSize.value`, value, expected }]
}
