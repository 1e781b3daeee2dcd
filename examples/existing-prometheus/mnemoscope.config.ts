import { defineConfig } from '@mnemoscope/kpi'

export default defineConfig({
  services: [{ name: 'memory-api', targets: ['127.0.0.1:9464'] }],
})
