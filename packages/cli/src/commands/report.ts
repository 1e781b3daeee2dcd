import { Command } from 'commander'
import { numberOption } from '../number-option.js'
import { fetchDashboard, recorderUrl } from '../recorder-client.js'
import { reportText } from '../report/text.js'

interface ReportOptions {
  url?: string
  hours: number
  json?: true
}

/** `mnemoscope report`: the dashboard data as text. */
export const reportCommand = new Command('report')
  .description('print the performance report: summary, trends, models, alerts')
  .option('--url <url>', 'recorder (default: the one that `mnemoscope up` started here)')
  .option('--hours <hours>', 'how far back', numberOption('--hours', 0.01, 24 * 366), 24)
  .option('--json', 'print the dashboard data as JSON')
  .action(async ({ url, hours, json }: ReportOptions) => {
    const data = await fetchDashboard(recorderUrl(url), hours)
    process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : reportText(data, hours))
  })
