import { startMonitoring } from '@mnemoscope/instrumentation'
import { options, record, serve } from './app.mjs'

const monitor = await startMonitoring(options)
serve((url) => record(monitor, url), monitor.stop)
