// One half of the service is an ES module, the other CommonJS: two copies of the package in one process.
import { createRequire } from 'node:module'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { options, record, serve } from './app.mjs'

const require = createRequire(import.meta.url)
const monitors = [
  await startMonitoring(options),
  await require('@mnemoscope/instrumentation').startMonitoring(options),
]
let next = 0
serve(
  (url) => record(monitors[next++ % 2], url),
  () => Promise.all(monitors.map(({ stop }) => stop())),
)
