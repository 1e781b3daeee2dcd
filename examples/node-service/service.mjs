import { startMonitoring } from '@mnemoscope/instrumentation'

const memory = { search: async (question) => [`what is known about ${question}`] } // your memory system

const monitor = await startMonitoring({ service: 'memory-api', port: Number(process.env.PORT ?? 9464) })
const search = monitor.for({ model: 'gpt-4o', contextSize: 131_072, operation: 'search' })

// The endpoint does not keep a process alive; what your service does, does.
setInterval(async () => {
  await search.time(() => memory.search('tides')) // latency
  search.operation({ f1_score: 0.91, token_usage: 4_120 })
}, 1_000)
