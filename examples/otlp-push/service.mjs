import { startMonitoring } from '@mnemoscope/instrumentation'

const monitor = await startMonitoring({ service: 'memory-api', endpoint: false, otlp: true })
const search = monitor.for({ model: 'gpt-4o', contextSize: 131_072, operation: 'search' })

search.operation({ f1_score: 0.91, latency: 0.2, token_usage: 4_120 })
await monitor.stop() // pushes a last time
