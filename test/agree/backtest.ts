import { type Alerted, alertsOf } from '../../packages/cli/src/backtest/episodes.js'
import { firedOf, type Reproduction, reproductionOf } from '../../packages/cli/src/backtest/fired.js'
import { historyOf } from '../../packages/cli/src/backtest/history.js'
import type { Checked } from './look.js'
import { checkSeconds } from './recorded.js'
import { config } from './traffic.js'

/** How well `mnemoscope backtest` of the configuration in force agrees with the alerts that the rules raised. */
export async function checkBacktest({ running, time }: Checked): Promise<Reproduction> {
  const range = { start: time.start, end: time.start + time.minutes * 60, step: checkSeconds }
  const url = running.prometheusUrl
  const kpis = Object.values(config.kpis)
  const fired: Alerted[] = []
  const replayed: Alerted[] = []
  for (const kpi of kpis) {
    fired.push(...(await firedOf(url, kpi, range)))
    replayed.push(...(await historyOf(url, config, kpi, range)).flatMap(alertsOf))
  }
  return reproductionOf(fired, replayed, range)
}
