const { startMonitoring } = require('@mnemoscope/instrumentation')

async function main() {
  const { options, record, serve } = await import('./app.mjs')
  const monitor = await startMonitoring(options)
  serve((url) => record(monitor, url), monitor.stop)
}
main()
