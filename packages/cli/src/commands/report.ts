import { writeFileSync } from 'node:fs'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { AnswerOf, DashboardData } from '@mnemoscope/recorder'
import { Command, Option } from 'commander'
import { numberOption, serverOption, timeOption } from '../options.js'
import { ask, recorderUrl } from '../recorder-client.js'
import type { Month } from '../report/month.js'
import type { Advice } from '../report/review.js'
import { print, withoutColours } from '../terminal.js'

/** The most of one answer; the section says how many more there are. */
const mostIncidents = 500

interface ReportOptions {
  config?: string
  url?: string
  hours: number
  from?: string
  to?: string
  service?: string
  model?: string
  operation?: string
  month?: string
  timeZone: string
  prometheusUrl?: string
  output?: string
  json?: true
  markdown?: true
  html?: true
}

/** `mnemoscope report`: the dashboard data for people, as text, Markdown or one HTML file, or for machines. */
export const reportCommand = new Command('report')
  .description('print the performance report: summary, trends, models, alerts')
  .option(
    '-c, --config <file>',
    'configuration whose plugins add sections (default: mnemoscope.config.ts here, if any)',
  )
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--hours <hours>', 'how far back', numberOption('--hours', 0.01, 24 * 3_650), 24)
  .option('--from <time>', 'begin, such as 2026-01-31T14:00Z, in place of --hours', timeOption('--from'))
  .option('--to <time>', 'end (default: now)', timeOption('--to'))
  .addOption(
    new Option(
      '--month <month>',
      'a month, such as 2026-11, with thresholds never crossed and those to suggest',
    ).conflicts([...['hours', 'from', 'to']]),
  )
  .option('--time-zone <zone>', 'where months and nights begin, such as Europe/Berlin', 'UTC')
  .option(
    '--prometheus-url <url>',
    'Prometheus that suggestions come from (default: the one that runs here, else endpoints.prometheus)',
    serverOption('--prometheus-url'),
  )
  .option('--service <name>', 'one service only')
  .option('--model <name>', 'one model only')
  .option('--operation <name>', 'one operation only, such as search')
  .addOption(new Option('--json', 'dashboard data as JSON').conflicts(['markdown', 'html']))
  .addOption(new Option('--markdown', 'as Markdown').conflicts(['html']))
  .option('--html', 'as one HTML file with charts, to mail')
  .option('-o, --output <file>', 'write it to a file')
  .action(async (options: ReportOptions) => {
    const { url, hours, service, model, operation } = options
    const month = options.month === undefined ? undefined : await monthAsked(options.month, options.timeZone)
    const { from, to } = month ?? options
    const recorder = await recorderUrl(url)
    const query = { hours, from, to, service, model, operation }
    const data = await ask(recorder, 'GET /api/dashboard', { has: 'open_alerts', query })
    const part = { ...windowOf(data), service, model, operation }
    const { incidents } = await ask(recorder, 'GET /api/incidents', {
      has: 'incidents',
      query: { ...part, limit: mostIncidents },
    })
    const text = options.json
      ? `${JSON.stringify({ ...data, incidents }, null, 2)}\n`
      : await rendered(recorder, { data, incidents, month: month?.name }, options)
    if (options.output === undefined) print(text)
    else writeOutput(options.output, withoutColours(text))
  })

/** Why the part that was asked for has no snapshot; undefined where no other part has one either. */
async function missing(recorder: string, window: Window, asked: ReportOptions): Promise<string | undefined> {
  if (asked.service === undefined && asked.model === undefined && asked.operation === undefined)
    return undefined
  const { models } = await ask(recorder, 'GET /api/analysis/models', { has: 'models', query: window })
  return (await import('../report/missing.js')).missingText(asked, models)
}

interface Window {
  readonly from: string
  readonly to: string
}

/** The window that was answered for, so that a second answer is of the same. */
function windowOf({ window: { from, to } }: DashboardData): Window {
  const iso = (seconds: number) => new Date(Math.round(seconds * 1_000)).toISOString()
  return { from: iso(from), to: iso(to) }
}

async function monthAsked(month: string, timeZone: string): Promise<Month> {
  return (await import('../report/month.js')).monthOf(month, timeZone)
}

/** What `suggest` would change in a month; the configuration is that of this folder. */
async function advice(recorder: string, window: Window, options: ReportOptions): Promise<Advice> {
  const { todaysConfig } = await import('../backtest/today.js')
  const { adviceFor } = await import('../report/advice.js')
  try {
    return await adviceFor(recorder, window, await todaysConfig(options.config, {}), options.prometheusUrl)
  } catch (error) {
    if (options.config !== undefined || !(error instanceof MnemoscopeError)) throw error
    return { missing: `${error.message.replace(/\.$/, '')}.` }
  }
}

interface Asked {
  readonly data: DashboardData
  readonly incidents: AnswerOf<'GET /api/incidents'>['incidents']
  readonly month: string | undefined
}

async function rendered(
  recorder: string,
  { data, incidents, month }: Asked,
  options: ReportOptions,
): Promise<string> {
  const { config, markdown, html, service, model, operation } = options
  const { reportOf, reportPlugins } = await import('../report/report.js')
  const plugins = await reportPlugins(config, (warning) => print(warning, process.stderr))
  const { incidentsSection } = await import('../report/incidents.js')
  const { beforeSection, detailsOfWorst } = await import('../report/before.js')
  const window = windowOf(data)
  const { reviewSections, uncrossedSections } = await import('../report/review.js')
  const review = await ask(recorder, 'GET /api/alerts/review', {
    has: 'never_crossed',
    query: { ...window, service, model, operation, time_zone: options.timeZone },
  })
  const isMonth = month !== undefined
  const report = reportOf(data, {
    plugins,
    before: beforeSection(data, await detailsOfWorst(recorder, data)),
    review: [
      ...reviewSections(review, data.kpis, isMonth ? await advice(recorder, window, options) : undefined),
      ...(isMonth ? uncrossedSections(review, data.kpis) : []),
    ],
    name: month,
    incidents: [incidentsSection(incidents, data.timestamp)],
    missing: data.summary.total_snapshots ? undefined : await missing(recorder, window, options),
  })
  if (markdown) return (await import('../report/markdown.js')).reportMarkdown(report)
  if (html) {
    const query = { ...window, service, model, operation }
    const charts = await ask(recorder, 'GET /api/charts', { has: 'marks', query })
    return (await import('../report/html.js')).reportHtml(report, data, charts, review)
  }
  return (await import('../report/text.js')).reportText(report)
}

function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (cause) {
    throw new MnemoscopeError('USAGE', `cannot write ${path}: ${(cause as Error).message}`, {
      value: path,
      expected: 'a file that can be written',
      next: 'Name another file with --output.',
      cause,
    })
  }
}
