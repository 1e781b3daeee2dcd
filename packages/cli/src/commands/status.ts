import { Command } from 'commander'
import { failureText } from '../failure.js'
import { ask, recorderUrl } from '../recorder-client.js'
import { print } from '../terminal.js'

/** Exit code of each status. A command that fails ends with 4, too. */
export const statusExitCodes = { ok: 0, info: 0, warning: 1, error: 2, critical: 3, unknown: 4 } as const

/** `mnemoscope status`: one line and an exit code, for scripts. */
export const statusCommand = new Command('status')
  .description(
    'print one line; the exit code is the worst open alert: 0 none or info, 1 warning, 2 error, 3 critical; ' +
      '4 unknown: no data or only old data, no answer from the recorder, an invalid argument',
  )
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--json', 'print it as JSON')
  .action(async ({ url, json }: { url?: string; json?: true }) => {
    try {
      const recorder = await recorderUrl(url)
      const data = await ask(recorder, 'GET /api/dashboard', { has: 'open_alerts', query: { hours: 1 } })
      const { notices } = await ask(recorder, 'GET /api/notices', { has: 'notices' })
      const { incidents } = await ask(recorder, 'GET /api/incidents', {
        has: 'incidents',
        query: { hours: 1, state: 'unresolved' },
      })
      const { problem } = await ask(recorder, 'GET /api/config', { has: 'config' })
      const texts = notices?.map(({ text }) => text) ?? []
      const { statusOf, unappliedText } = await import('../report/now.js')
      const noted = [...(problem === null ? [] : [unappliedText(problem)]), ...texts]
      const { status, line } = statusOf(data, recorder, noted, incidents)
      const shown = incidents.map(({ id, title, level, state }) => ({ id, title, level, state }))
      process.stdout.write(
        json
          ? `${JSON.stringify({ status, line, open: data.open_alerts.length, incidents: shown, notices: notices === null ? null : texts, config_problem: problem })}\n`
          : `${line}\n`,
      )
      process.exitCode = statusExitCodes[status]
    } catch (error) {
      // Here, the usual exit codes of a failure would mean a warning or an error.
      print(failureText(error, { json: json === true }).text, process.stderr)
      process.exitCode = statusExitCodes.unknown
    }
  })
