import { defineConfig } from '@mnemoscope/kpi'

export default defineConfig({
  services: [{ name: 'memory-api', targets: ['127.0.0.1:9464'] }],
  kpis: {
    recall_at_5: {
      title: 'Recall at 5',
      description: 'Share of relevant passages among the first five.',
      unit: '1',
      instrument: 'histogram',
      direction: 'higher_is_better',
      range: { min: 0, max: 1 },
      statistic: 'mean',
      boundaries: [0.5, 0.9, 1],
      thresholds: { warning: 0.8, error: 0.6 },
    },
  },
})
