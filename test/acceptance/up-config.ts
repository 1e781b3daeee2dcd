/** The configuration of a demo whose pipeline reacts within seconds. */
export const upConfig = `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  contextSizes: [8_192, 32_768, 131_072],
  scrapeInterval: '1s', alertCheckInterval: '1s', snapshotInterval: '2s',
  alerting: { groupInterval: '1s' },
  kpis: { f1_score: { operations: 2 } },
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
})
`
