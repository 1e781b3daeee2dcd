import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'

/**
 * Series that a Collector or Prometheus makes of OpenTelemetry metrics, written after the compatibility specification
 * alone and sharing no code with the package:
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus
 */
export function translatedSeries({ scopeMetrics }: Pick<ResourceMetrics, 'scopeMetrics'>): Set<string> {
  const series = new Set<string>()
  for (const { metrics } of scopeMetrics) {
    for (const metric of metrics) for (const name of seriesOf(metric)) series.add(name)
  }
  return series
}

const words: Record<string, string> = { s: 'seconds', ms: 'milliseconds', By: 'bytes', '%': 'percent' }

function seriesOf(metric: MetricData): string[] {
  const { name, unit } = metric.descriptor
  const isGauge = metric.dataPointType === 2
  const isCounter = metric.dataPointType === 3
  let base = name.replace(/[^a-zA-Z0-9:_]/g, '_').replace(/_+/g, '_')
  const word = /^\{.*\}$/.test(unit) ? '' : unit === '1' ? (isGauge ? 'ratio' : '') : (words[unit] ?? unit)
  if (word !== '' && !base.split('_').includes(word)) base += `_${word}`
  if (isCounter && !base.endsWith('_total')) base += '_total'
  return metric.dataPoints.flatMap((point) => {
    const labels = Object.entries(point.attributes).map(
      ([label, value]) => `${label.replace(/[^a-zA-Z0-9_]/g, '_')}=${JSON.stringify(value)}`,
    )
    const named = (suffix: string, more: string[] = []) =>
      `${base}${suffix}{${[...labels, ...more].sort().join(',')}}`
    if (metric.dataPointType !== 0) return [named('')]
    const { boundaries } = (point.value as { buckets: { boundaries: number[] } }).buckets
    const bounds = [...boundaries.map(String), '+Inf']
    return [named('_sum'), named('_count'), ...bounds.map((le) => named('_bucket', [`le="${le}"`]))]
  })
}

/** The same writing for a series of a text exposition. */
export function sortedSeries(series: string): string {
  const [, name, labels] = /^([^{]+)\{(.*)\}$/.exec(series) as unknown as [string, string, string]
  const pairs = [...labels.matchAll(/[a-zA-Z_0-9]+="(?:[^"\\]|\\.)*"/g)].map(([pair]) => pair)
  return `${name}{${pairs.sort().join(',')}}`
}
