import type { ReportSection } from '@mnemoscope/kpi'
import { Argument, Command, Option } from 'commander'
import { numberOption } from '../options.js'
import { ask, askMarkdown, recorderUrl } from '../recorder-client.js'
import { print } from '../terminal.js'

interface IncidentOptions {
  url?: string
  hours: number
  state: 'unresolved' | 'resolved' | 'any'
  service?: string
  postmortem?: true
  json?: true
}

/** `mnemoscope incident [ID]`: the incidents of a time, or one with its timeline, or the draft of its post-mortem. */
export const incidentCommand = new Command('incident')
  .description('list incidents: alerts that belong together; or show one, with its alerts and its timeline')
  .addArgument(new Argument('[id]', 'id of an incident; without it, all of a time are listed'))
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--hours <hours>', 'how far back the list goes', numberOption('--hours', 0.01, 24 * 3_650), 24)
  .addOption(
    new Option('--state <state>', 'which ones to list')
      .choices(['unresolved', 'resolved', 'any'])
      .default('any'),
  )
  .option('--service <name>', 'list those of one service only')
  .addOption(new Option('--postmortem', 'print the draft of its post-mortem, as Markdown').conflicts('json'))
  .option('--json', 'print it as JSON')
  .action(async (id: string | undefined, options: IncidentOptions, command: Command) => {
    const { url, hours, state, service, postmortem, json } = options
    if (postmortem && id === undefined)
      command.error("error: option '--postmortem' needs the id of an incident")
    const recorder = await recorderUrl(url)
    if (id === undefined) {
      const query = { hours, state, service, limit: 500 }
      const answer = await ask(recorder, 'GET /api/incidents', { has: 'incidents', query })
      if (json) return print(`${JSON.stringify(answer)}\n`)
      const { incidentsSection } = await import('../report/incidents.js')
      return printSections([incidentsSection(answer.incidents, Date.now() / 1_000)])
    }
    const params = { id }
    if (postmortem)
      return print(await askMarkdown(recorder, 'GET /api/incidents/{id}/postmortem', { params }))
    const detail = await ask(recorder, 'GET /api/incidents/{id}', { has: 'timeline', params })
    if (json) return print(`${JSON.stringify(detail)}\n`)
    const { incidentSections } = await import('../report/incidents.js')
    return printSections(incidentSections(detail, Date.now() / 1_000))
  })

async function printSections(sections: readonly ReportSection[]): Promise<void> {
  const { reportText } = await import('../report/text.js')
  const { utc } = await import('../report/units.js')
  print(reportText({ heading: utc(Date.now() / 1_000), sections }))
}
