import { Command } from 'commander'
import { loadProject } from '../config-file.js'
import { requiredDatabaseUrl } from '../environment.js'
import { numberOption } from '../number-option.js'
import { demoClock } from '../up/demo-clock.js'
import { aborted, stopSignal } from '../up/stop-signal.js'

interface RecordOptions {
  config?: string
  host: string
  port: number
  prometheusUrl?: string
  demoClock?: true
}

/** `mnemoscope record`: the recorder alone, beside a Prometheus and a Postgres that run elsewhere. */
export const recordCommand = new Command('record')
  .description('run the recorder: snapshots and alert history to Postgres, the HTTP API and the page')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on, 0 for a free one', numberOption('--port', 0, 65_535), 9_470)
  .option('--prometheus-url <url>', 'Prometheus-compatible API (default: endpoints.prometheus)')
  .option('--demo-clock', "use the demo's faster intervals where the configuration sets none")
  .addHelpText('after', '\nThe database is named by the environment variable DATABASE_URL.')
  .action(async (options: RecordOptions) => {
    const { config } = await loadProject(options.config, options.demoClock ? demoClock : {})
    const stopping = stopSignal(() => {})
    const { startRecorder } = await import('@mnemoscope/recorder')
    const recorder = await startRecorder({
      config,
      databaseUrl: requiredDatabaseUrl(),
      prometheusUrl: options.prometheusUrl ?? config.endpoints.prometheus,
      host: options.host,
      port: options.port,
    })
    await aborted(stopping)
    await recorder.stop()
  })
