import { type Config, defineConfig } from '@mnemoscope/kpi'

/** The defaults, and a configuration with KPIs of its own in every instrument, overrides and odd names. */
export const configs: [string, Config][] = [
  ['the defaults', defineConfig()],
  [
    'overrides, custom KPIs and odd names',
    defineConfig({
      services: [{ name: 'memory-api', targets: ['localhost:9464'] }],
      dashboard: { refreshInterval: '1m30s' },
      kpis: {
        latency: {
          overrides: [
            { model: 'weird "quoted" \\ model.*', thresholds: { critical: 40 } },
            { contextSize: 131_072, thresholds: { warning: 8 } },
          ],
        },
        recall_at_5: {
          title: 'Recall at 5',
          description: 'Share of relevant passages among the first five.',
          unit: '1',
          instrument: 'histogram',
          direction: 'higher_is_better',
          range: { min: 0, max: 1 },
          statistic: 'p50',
          boundaries: [0.5, 0.9],
          thresholds: { error: 0.6 },
        },
        queue_length: {
          title: 'Queue length',
          description: 'Operations that wait.',
          unit: '{operation}',
          instrument: 'gauge',
          direction: 'lower_is_better',
          range: { min: 0, max: 1_000_000, integer: true },
          statistic: 'mean',
          thresholds: { warning: 100 },
        },
        citation_success_rate_of_long_answers: {
          title: 'Citation success rate',
          description: 'Share of long answers whose citations hold.',
          unit: '1',
          instrument: 'counter',
          direction: 'higher_is_better',
          range: { min: 0, max: 1 },
          statistic: 'ratio',
          outcomes: {
            counter: 'citations',
            label: 'verdict',
            counted: ['held'],
            others: ['broken'],
            excluded: [],
          },
          thresholds: { critical: 0.5 },
        },
      },
    }),
  ],
]
