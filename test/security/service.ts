/** A service that has the SDK: `service.ts PORT`. Records a measurement every 100 ms. */
import { startMonitoring } from '../../packages/instrumentation/src/index.js'

const monitor = await startMonitoring({ service: 'besieged', port: Number(process.argv[2]), required: true })
const memory = monitor.for({ model: 'm', contextSize: 8_192 })
setInterval(() => memory.latency.record(Math.random()), 100)
