import { describe, expect, test } from '@jest/globals'
import { defineConfig, names, prometheusName } from '@mnemoscope/kpi'

const { kpis } = defineConfig()

describe('names', () => {
  test.each([
    ['f1_score', 'mnemoscope_f1_score', 'mnemoscope_f1_score_latest_ratio'],
    ['latency', 'mnemoscope_latency_seconds', 'mnemoscope_latency_latest_seconds'],
    ['token_usage', 'mnemoscope_token_usage', 'mnemoscope_token_usage_latest'],
    ['memory_usage', 'mnemoscope_memory_usage_bytes', 'mnemoscope_memory_usage_bytes'],
    ['context_utilization', 'mnemoscope_context_utilization', 'mnemoscope_context_utilization_latest_ratio'],
    [
      'adaptation_success_rate',
      'mnemoscope_adaptations_total',
      'mnemoscope_adaptation_success_rate_latest_ratio',
    ],
    ['overflow_frequency', 'mnemoscope_overflow_checks_total', 'mnemoscope_overflow_frequency_latest_ratio'],
  ] as const)('of %s in Prometheus are %s and %s', (id, metric, latest) => {
    expect(names.metricName(kpis[id])).toBe(metric)
    expect(names.latestName(kpis[id])).toBe(latest)
  })

  test.each([
    ['a.b', 's', 'histogram', 'a_b_seconds'],
    ['a.b', '1', 'histogram', 'a_b'],
    ['a.b', '1', 'gauge', 'a_b_ratio'],
    ['a.b', '1', 'counter', 'a_b_total'],
    ['a.b', 'By', 'counter', 'a_b_bytes_total'],
    ['a.b', '{token}', 'gauge', 'a_b'],
  ] as const)(
    'of the OpenTelemetry metric %s in %s as a %s follow the specification: %s',
    (otel, unit, instrument, expected) => {
      expect(prometheusName(otel, unit, instrument)).toBe(expected)
    },
  )

  const { current, samples, mean, max, quantile, windowed } = names.recordedSeries
  test.each([
    [current(kpis.latency), 'current'],
    [samples(kpis.latency), 'samples'],
    [mean(kpis.latency), 'mean'],
    [quantile(kpis.latency, 'p50'), 'p50'],
    [quantile(kpis.latency, 'p95'), 'p95'],
    [quantile(kpis.latency, 'p99'), 'p99'],
    [max(kpis.latency), 'max'],
  ])('of the recorded series %s can be read back: the %s', (name, field) => {
    expect(name).toBe(`job_model_context_size_operation:mnemoscope_latency:${field}`)
    expect(names.parseRecordedSeries(name)).toEqual({ kpi: 'latency', field })
    expect(name).toMatch(new RegExp(`^(?:${names.snapshotSeriesPattern})$`))
  })

  const { low, memory } = names.judgeSeries
  test.each([windowed(kpis.latency, 'mean', '5m'), low(kpis.latency), memory(kpis.f1_score, 'mean_fast')])(
    'of the recorded series %s are no part of a snapshot',
    (name) => {
      expect(names.parseRecordedSeries(name)).toBeUndefined()
      expect(name).not.toMatch(new RegExp(`^(?:${names.snapshotSeriesPattern})$`))
    },
  )

  test('of alerts are the KPI and the level', () => {
    expect(names.alertName(kpis.f1_score, 'critical')).toBe('MnemoscopeF1ScoreCritical')
  })
})
