/** A service that has the SDK: `service.ts PORT`. Measures a look through a text every 100 ms. */
import { readFileSync } from 'node:fs'
import { startMonitoring } from '../../packages/instrumentation/src/index.js'

const monitor = await startMonitoring({ service: 'besieged', port: Number(process.argv[2]), required: true })
const memory = monitor.for({ model: 'm', contextSize: 8_192 })
const text = readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8')
setInterval(() => {
  const startedAt = performance.now()
  text.split(/\s+/).filter((word) => word === 'Work').length
  memory.latency.record((performance.now() - startedAt) / 1_000)
}, 100)
