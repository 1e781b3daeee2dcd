import type { Kpi } from '@mnemoscope/kpi'
import { Command } from 'commander'
import type { Alerted } from '../backtest/episodes.js'
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
      '\nhalf as many alerts again.',
  )
  .action(async (file: string, options: BacktestOptions) => {
    try {
      const { isWorse, isKnown } = await backtest(file, options)
      if (options.ci) process.exitCode = isKnown ? Number(isWorse) : 2
    } catch (error) {
      if (!options.ci) throw error
      // The usual exit code of a failure would mean that alerts get worse.
      print(failureText(error, { json: options.json === true }).text, process.stderr)
      process.exitCode = 2
    }
  })

async function backtest(file: string, options: BacktestOptions) {
  const { durationSeconds } = await import('@mnemoscope/kpi')
  const { loadProject } = await import('../config-file.js')
  const { demoClock } = await import('../up/demo-clock.js')
  const { alertsOf } = await import('../backtest/episodes.js')
  const { backtestText } = await import('../backtest/text.js')
  const { compareAlerts } = await import('../backtest/compare.js')
  const { verdictMarkdown, verdictOf } = await import('../backtest/verdict.js')
  const { historyOf, ofOperation } = await import('../backtest/history.js')
  const { atEvaluations, firedOf, reproductionOf } = await import('../backtest/fired.js')
  const { todaysConfig } = await import('../backtest/today.js')
  const { serverUrl } = await import('../prometheus-client.js')
  const defaults = options.demoClock ? demoClock : {}
  const { config: edited } = await loadProject(file, defaults)
  const { config: today, folder } = await todaysConfig(options.config, defaults)
  const url = serverUrl('prometheus', {
    given: options.prometheusUrl,
    folder,
    configured: today.endpoints.prometheus,
  })
  const step = durationSeconds(today.alertCheckInterval)
  const end = Math.floor(Date.now() / 1_000 / step) * step
  const range = { start: end - Math.floor((options.hours * 3_600) / step) * step, end, step }
  const isJudged = ({ thresholds, overrides }: Kpi) => Object.keys(thresholds).length + overrides.length > 0
  const alerts = async (
    config: typeof today,
    ofKpi: (kpi: Kpi, within: typeof range) => Promise<Alerted[]>,
  ) => {
    const all: Alerted[] = []
    for (const kpi of Object.values(config.kpis).filter(isJudged))
      all.push(...(await ofKpi(kpi, await atEvaluations(url, kpi, range))))
    return all.filter(({ operation }) => options.operation === undefined || operation === options.operation)
  }
  const replayed = (config: typeof today) =>
    alerts(config, async (kpi, within) => {
      const places = await historyOf(url, config, kpi, within)
      return ofOperation(places, options.operation).flatMap(alertsOf)
    })
  const [before, after] = [await replayed(today), await replayed(edited)]
  const fired = await alerts(today, (kpi, within) => firedOf(url, kpi, within))
  const reproduced = reproductionOf(fired, before, range)
  const differences = compareAlerts(before, after)
  const verdict = verdictOf(before, after, options.hours)
  const result = { hours: options.hours, today: before, edited: after, differences, reproduced, verdict }
  if (options.json) print(`${JSON.stringify(result)}\n`)
  else if (options.ci) print(verdictMarkdown(verdict, before, after, options.hours))
  else print(backtestText(result))
  return verdict
}
