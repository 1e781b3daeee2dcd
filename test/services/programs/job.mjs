// A job that ends: it records the operations of its arguments and pushes. ENDING says how it ends.
import { startMonitoring } from '@mnemoscope/instrumentation'
import { options, record } from './app.mjs'

const monitor = await startMonitoring({
  ...options,
  endpoint: false,
  otlp: { temporality: process.env.TEMPORALITY ?? 'cumulative' },
})
for (const url of process.argv.slice(2)) record(monitor, url)
if (process.env.ENDING === 'stop') await monitor.stop()
if (process.env.ENDING === 'flush, then killed') {
  await monitor.flush()
  process.kill(process.pid, 'SIGKILL')
}
