// A development server that evaluates the module of the service again after each edit, in the same process.
import { startMonitoring } from '@mnemoscope/instrumentation'
import { options, record, serve } from './app.mjs'

let monitor = await startMonitoring(options)
serve(
  (url) => record(monitor, url),
  () => monitor.stop(),
)
process.on('SIGUSR2', async () => {
  const fresh = new URL(`${import.meta.resolve('@mnemoscope/instrumentation')}?again=${Date.now()}`)
  monitor = await (await import(fresh)).startMonitoring(options)
  console.log('reloaded')
})
