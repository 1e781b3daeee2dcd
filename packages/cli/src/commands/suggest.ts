import type { Kpi } from '@mnemoscope/kpi'
import { Command } from 'commander'
import { numberOption } from '../options.js'
import { RecorderSilent, recorderUrl } from '../recorder-client.js'
import { print } from '../terminal.js'

interface SuggestOptions {
  config?: string
  hours: number
  operation?: string
  prometheusUrl?: string
  url?: string
  demoClock?: true
  json?: true
}

/** `mnemoscope suggest`: thresholds from the system's own past. */
export const suggestCommand = new Command('suggest')
  .description("propose thresholds from the system's own past, with the alerts a week that each would cost")
  .option(
    '-c, --config <file>',
    'configuration file (default: the one in use here, else mnemoscope.config.ts)',
  )
  .option('--hours <hours>', 'how far back', numberOption('--hours', 0.01, 24 * 366), 168)
  .option('--operation <name>', 'one operation only, such as search')
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--prometheus-url <url>', 'Prometheus (default: the one that runs here, else endpoints.prometheus)')
  .option('--demo-clock', "use the demo's faster intervals where the configuration sets none")
  .option('--json', 'print the result as JSON')
  .action(async (options: SuggestOptions) => {
    const { durationSeconds } = await import('@mnemoscope/kpi')
    const { demoClock } = await import('../up/demo-clock.js')
    const { todaysConfig } = await import('../backtest/today.js')
    const { serverUrl } = await import('../prometheus-client.js')
    const { incidentsOf } = await import('../backtest/incidents.js')
    const { suggestionsFor } = await import('../backtest/suggestions.js')
    const { suggestText } = await import('../backtest/suggest-text.js')
    const { config, folder } = await todaysConfig(options.config, options.demoClock ? demoClock : {})
    const url = serverUrl('prometheus', {
      given: options.prometheusUrl,
      folder,
      configured: config.endpoints.prometheus,
    })
    const step = durationSeconds(config.alertCheckInterval)
    const end = Math.floor(Date.now() / 1_000 / step) * step
    const range = { start: end - Math.floor((options.hours * 3_600) / step) * step, end, step }
    const recorder = await recorderUrl(options.url).catch((error: unknown) => {
      // An address that was given has to be one; without one, it advises alone.
      if (options.url !== undefined) throw error
      return undefined
    })
    let isAlone = recorder === undefined
    const incidents = async (kpi: Kpi) => {
      if (recorder === undefined) return []
      return incidentsOf(recorder, kpi, { hours: options.hours }).catch((error: unknown) => {
        // A recorder that was named has to answer; the one of this folder may be down.
        if (options.url !== undefined || !(error instanceof RecorderSilent)) throw error
        isAlone = true
        return []
      })
    }
    const suggestions = await suggestionsFor({ url, config, range, operation: options.operation }, incidents)
    print(
      options.json
        ? `${JSON.stringify({ hours: options.hours, incidents_known: !isAlone, suggestions })}\n`
        : suggestText(suggestions, isAlone),
    )
  })
