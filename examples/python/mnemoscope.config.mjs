import { defineConfig } from '@mnemoscope/kpi'

export default defineConfig({
  services: [{ name: 'python-memory', targets: ['127.0.0.1:9464'] }],
  kpis: {
    // A name that Mnemoscope knows. Its thresholds are among the boundaries of the metric.
    latency: {
      source: 'gen_ai.client.operation.duration',
      thresholds: { warning: 5.12, error: 10.24, critical: 20.48 },
    },
    // A name that only this service has.
    lookup_hit_rate: {
      title: 'Lookup hit rate',
      description: 'Share of lookups that find a memory.',
      unit: '1',
      instrument: 'counter',
      direction: 'higher_is_better',
      range: { min: 0, max: 1 },
      statistic: 'ratio',
      outcomes: { counter: 'lookups', label: 'result', counted: ['hit'], others: ['miss'] },
      thresholds: { warning: 0.8, error: 0.7, critical: 0.5 },
      source: {
        counted: { metric: 'memory_lookups_total', where: { result: 'hit' } },
        others: { metric: 'memory_lookups_total', where: { result: 'miss' } },
        labels: { model: { value: 'all' }, operation: { value: 'search_memory' } },
      },
    },
  },
})
