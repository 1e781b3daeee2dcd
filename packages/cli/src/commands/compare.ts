import { Argument, Command } from 'commander'
import { numberOption, timeOption } from '../options.js'
import { ask, recorderUrl } from '../recorder-client.js'
import {
  type Comparison,
  changeSections,
  comparisons,
  modelSections,
  weekSections,
} from '../report/compare.js'
import { reportText } from '../report/text.js'
import { print } from '../terminal.js'

interface CompareOptions {
  url?: string
  hours?: number
  from?: string
  to?: string
  kpi?: string
  service?: string
  model?: string
  operation?: string
  json?: true
}

/** How far back a comparison looks by default, in hours. A change shows in days, not in hours. */
const usualHours: Readonly<Record<Comparison, number>> = { models: 24, weeks: 168, changes: 168 }

/** `mnemoscope compare models|weeks|changes`: comparisons over longer times. */
export const compareCommand = new Command('compare')
  .description(
    'compare models side by side, a time with the same time a week earlier, or a KPI before and after a lasting change',
  )
  .addArgument(new Argument('<what>', 'what to compare').choices(comparisons))
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option(
    '--hours <hours>',
    'how far back (default: 24 for models, else 168)',
    numberOption('--hours', 0.01, 24 * 3_650),
  )
  .option('--from <time>', 'begin, such as 2026-01-31T14:00Z, in place of --hours', timeOption('--from'))
  .option('--to <time>', 'end (default: now)', timeOption('--to'))
  .option('--kpi <id>', 'one KPI only')
  .option('--service <name>', 'one service only')
  .option('--model <name>', 'one model only')
  .option('--operation <name>', 'one operation only, such as search')
  .option('--json', 'print it as JSON')
  .action(async (what: Comparison, { url: given, json, hours, ...rest }: CompareOptions) => {
    const url = await recorderUrl(given)
    const query = { ...rest, hours: hours ?? usualHours[what] }
    const { answer, sections } = await compared(url, what, query)
    if (json) {
      process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
      return
    }
    const { config } = await ask(url, 'GET /api/config', { has: 'config' })
    const units = new Map(Object.values(config.kpis).map(({ id, unit }) => [id, unit]))
    print(reportText({ heading: what, sections: sections(units) }))
  })

type Query = Omit<CompareOptions, 'json' | 'url'>

/** The recorder's answer, and its tables for people. */
async function compared(url: string, what: Comparison, query: Query) {
  if (what === 'models') {
    const answer = await ask(url, 'GET /api/analysis/models', { has: 'models', query })
    return { answer, sections: modelSections.bind(null, answer) }
  }
  if (what === 'weeks') {
    const answer = await ask(url, 'GET /api/analysis/weeks', { has: 'weeks', query })
    return { answer, sections: weekSections.bind(null, answer) }
  }
  const answer = await ask(url, 'GET /api/analysis/changes', { has: 'changes', query })
  return { answer, sections: changeSections.bind(null, answer) }
}
