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

  test('of recorded series can be read back', () => {
    const name = names.recordedSeries.quantile(kpis.latency, 'p95')
    expect(name).toBe('job_model_context_size:mnemoscope_latency:p95')
    expect(names.parseRecordedSeries(name)).toEqual({ kpi: 'latency', field: 'p95' })
    expect(name).toMatch(new RegExp(`^(?:${names.snapshotSeriesPattern})$`))
    expect(
      names.parseRecordedSeries(names.recordedSeries.windowed(kpis.latency, 'p95', '5m')),
    ).toBeUndefined()
  })

  test('of alerts are the KPI and the level', () => {
    expect(names.alertName(kpis.f1_score, 'critical')).toBe('MnemoscopeF1ScoreCritical')
  })
})
