import { startMonitoring } from '@mnemoscope/instrumentation'
import config from './mnemoscope.config.mjs'

const monitor = await startMonitoring({
  service: 'memory-api',
  config,
  port: Number(process.env.PORT ?? 9464),
})
const search = monitor.for({ model: 'gpt-4o', contextSize: 131_072, operation: 'search' })

// The endpoint does not keep a process alive; what your service does, does.
setInterval(() => search.recall_at_5.record(0.8), 1_000)
