import { Command } from 'commander'
import { fetchDashboard, recorderUrl } from '../recorder-client.js'
import { statusOf } from '../report/status.js'

/** Exit code for the worst open level, as monitoring plugins know it: 0 fine, 1 warning, 2 error or critical. */
const exitCodes = { info: 0, warning: 1, error: 2, critical: 2 } as const

/** `mnemoscope status`: one line and an exit code, for scripts. */
export const statusCommand = new Command('status')
  .description('one line and an exit code by the worst open alert: 0 none, 1 warning, 2 error or critical')
  .option('--url <url>', 'recorder (default: the one that `mnemoscope up` started here)')
  .option('--json', 'print it as JSON')
  .action(async ({ url, json }: { url?: string; json?: true }) => {
    const data = await fetchDashboard(recorderUrl(url), { hours: 1 })
    const { level, line } = statusOf(data)
    process.stdout.write(
      json
        ? `${JSON.stringify({ status: level ?? 'ok', line, open: data.open_alerts.length })}\n`
        : `${line}\n`,
    )
    process.exitCode = level === undefined ? 0 : exitCodes[level]
  })
