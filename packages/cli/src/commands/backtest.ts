import { Command } from 'commander'
import { failureText } from '../failure.js'
import { numberOption } from '../options.js'
import { print } from '../terminal.js'

interface BacktestOptions {
  config?: string
  hours: number
  operation?: string
  prometheusUrl?: string
  demoClock?: true
  json?: true
  ci?: true
}

/** `mnemoscope backtest EDITED`: the alerts that an edited configuration would have raised. */
export const backtestCommand = new Command('backtest')
  .description('replay an edited configuration against the metrics Prometheus holds, and compare its alerts')
  .argument('<edited>', 'the edited configuration file')
  .option('-c, --config <file>', "today's (default: the one in use here, else mnemoscope.config.ts)")
  .option('--hours <hours>', 'how far back', numberOption('--hours', 0.01, 24 * 366), 24)
  .option('--operation <name>', 'one operation only, such as search')
  .option('--prometheus-url <url>', 'Prometheus (default: the one that runs here, else endpoints.prometheus)')
  .option('--demo-clock', "use the demo's faster intervals where a configuration sets none")
  .option('--json', 'print the result as JSON')
  .option(
    '--ci',
    'print a verdict in Markdown for a pull request; exit code 1 if alerts get worse, 2 if that is not known',
  )
  .addHelpText(
    'after',
    '\nAlerts get worse if one of error or critical would be missed or come more than 5 min later, or if there would be' +
      '\nhalf as many alerts again. It is not known if Prometheus holds less than half of the time.',
  )
  .action(async (file: string, options: BacktestOptions) => {
    try {
      const exitCode = await backtest(file, options)
      if (options.ci) process.exitCode = exitCode
    } catch (error) {
      if (!options.ci) throw error
      // The usual exit code of a failure would mean that alerts get worse.
      print(failureText(error, { json: options.json === true }).text, process.stderr)
      process.exitCode = 2
    }
  })

async function backtest(file: string, options: BacktestOptions) {
  const { loadProject } = await import('../config-file.js')
  const { demoClock } = await import('../up/demo-clock.js')
  const { todaysConfig } = await import('../backtest/today.js')
  const { serverUrl } = await import('../prometheus-client.js')
  const { runBacktest } = await import('../backtest/run.js')
  const { exitCodeOf, verdictMarkdown, verdictOf } = await import('../backtest/verdict.js')
  const { backtestText } = await import('../backtest/text.js')
  const { compareAlerts } = await import('../backtest/compare.js')
  const { reproduced } = await import('../backtest/fired.js')
  const { operation, hours } = options
  const defaults = options.demoClock ? demoClock : {}
  const { config: edited } = await loadProject(file, defaults)
  const { config: today, folder } = await todaysConfig(options.config, defaults)
  const url = serverUrl('prometheus', {
    given: options.prometheusUrl,
    folder,
    configured: today.endpoints.prometheus,
  })
  const end = Date.now() / 1_000
  const replayed = await runBacktest(today, edited, { url, hours, operation, end })
  const verdict = verdictOf(replayed)
  const reproduction = await reproduced(today, replayed.today, { url, hours, operation, end })
  const differences = compareAlerts(replayed.today, replayed.edited)
  const result = { ...replayed, differences, reproduced: reproduction, verdict }
  if (options.json) print(`${JSON.stringify(result)}\n`)
  else print(options.ci ? verdictMarkdown(verdict, replayed, reproduction) : backtestText(result))
  return exitCodeOf(verdict)
}
