import { type Config, modelText, type ReportCell, type ReportSection, type ReportTone } from '@mnemoscope/kpi'
import type { AlertEpisode, DashboardData } from '@mnemoscope/recorder'
import { configFileIn, loadProject } from '../config-file.js'
import { failureText } from '../failure.js'
import { firingRows } from './now.js'
import { inUnit, span, utc } from './units.js'

/** The specification's report: five sections, what to do about open alerts, and the sections of plugins. */
export interface Report {
  readonly heading: string
  readonly sections: readonly ReportSection[]
}

/** How many alerts the last section lists. */
const recentAlerts = 5

/** How many KPIs fit in the line of a model: the first ones of the catalog. */
const modelColumns = 5

/**
 * The report of dashboard data.
 * @param plugins whose sections come last
 */
export function reportOf(data: DashboardData, plugins: Config['plugins'] = []): Report {
  const { from, to } = data.window
  // A plugin declares the type of the data itself; this is the only data there is.
  const added = plugins.flatMap(({ reportSections }) =>
    reportSections.map((section) => section(data as never)),
  )
  return {
    heading: `${utc(from)} to ${utc(to)}`,
    sections: [
      summary(data),
      trends(data),
      models(data),
      alertSummary(data),
      recent(data),
      ...toDo(data),
      ...added,
    ],
  }
}

function summary({ summary: totals, summary_of: of, kpis }: DashboardData): ReportSection {
  const title = 'PERFORMANCE SUMMARY'
  const count = totals.total_snapshots ?? 0
  if (count === 0) {
    const note = 'No snapshot in this time: the first one comes an interval after the first measurement.'
    return { title, rows: [], note: { text: note } }
  }
  const rows = kpis.map(({ id, title: name, unit }) => [
    { text: name },
    ...['avg', 'min', 'max'].map((statistic) => ({ text: inUnit(totals[`${statistic}_${id}`], unit) })),
    { text: [of[`avg_${id}`], extremes(of, id)].filter((text) => text !== undefined).join('; ') },
  ])
  return {
    title,
    rows: [head('', 'average', 'lowest', 'highest', 'of'), ...rows],
    note: { text: count === 1 ? '1 snapshot' : `${count} snapshots` },
  }
}

function extremes(of: DashboardData['summary_of'], id: string): string | undefined {
  return of[`max_${id}`]?.replace('highest', 'lowest and highest')
}

/** An uncertain decline is not stable, so the words are "no clear trend". */
const inWords = {
  improving: 'improving',
  stable: 'no clear trend',
  degrading: 'degrading',
  unknown: 'too early to tell',
} as const

function trends({ trend_details: details, kpis }: DashboardData): ReportSection {
  const rows = kpis.map(({ id, title, unit }) => {
    const trend = details[id]
    const { direction = 'unknown', points = [] } = trend ?? {}
    const curve = points.map(([, value]) => value)
    return [
      { text: title },
      { text: inWords[direction], tone: toneOf(direction) },
      { text: inUnit(curve.at(-1), unit), curve },
      { text: trend?.change ?? '' },
    ]
  })
  return { title: 'PERFORMANCE TRENDS', rows: [head('', 'direction', 'now', 'change'), ...rows] }
}

function models({ operation_performance: performance, kpis }: DashboardData): ReportSection {
  const title = 'MODEL PERFORMANCE'
  if (performance.length === 0) return { title, rows: [], note: { text: 'No model has been measured yet.' } }
  const columns = kpis.slice(0, modelColumns)
  const rows = performance.map(({ model, operation, figures }) => [
    { text: modelText({ model, operation }) },
    ...columns.map(({ id, unit }) => ({ text: mean(figures, id, unit) })),
    { text: String(figures.count) },
  ])
  return {
    title,
    rows: [head('', ...columns.map((kpi) => kpi.title.toLowerCase()), 'snapshots'), ...rows],
    note: { text: meansNote },
  }
}

const meansNote =
  'Means over operations, in brackets how many; of a gauge over readings of a process, which models may share. ' +
  'Without brackets: mean of the snapshots.'

function mean(figures: Readonly<Record<string, number | null>>, kpi: string, unit: string): string {
  const samples = figures[`samples_${kpi}`] ?? null
  const count = samples === null ? '' : ` (${Math.round(samples).toLocaleString('en-US')})`
  return inUnit(figures[`avg_${kpi}`], unit) + count
}

function alertSummary({ alert_summary, open_alerts }: DashboardData): ReportSection {
  const title = 'ALERT SUMMARY'
  const { total_alerts, alert_counts } = alert_summary
  if (total_alerts === 0) return { title, rows: [], note: { text: 'No alerts.', tone: 'good' } }
  const rows = (['critical', 'error', 'warning', 'info'] as const).map((level) => [
    { text: level.toUpperCase(), tone: toneOf(level) },
    { text: String(alert_counts[level]) },
    { text: String(open_alerts.filter((alert) => alert.level === level).length) },
  ])
  return { title, rows: [head('level', 'in this time', 'open now'), ...rows] }
}

function recent({ recent_alerts }: DashboardData): ReportSection {
  const title = 'RECENT ALERTS'
  if (recent_alerts.length === 0) return { title, rows: [], note: { text: 'None.' } }
  const rows = recent_alerts
    .slice(0, recentAlerts)
    .map((alert) => [
      { text: utc(alert.timestamp) },
      { text: (alert.level ?? 'unknown').toUpperCase(), tone: toneOf(alert.level) },
      { text: lasted(alert) },
      { text: alert.message },
    ])
  return { title, rows: [head('began', 'level', 'lasted', ''), ...rows] }
}

/** What to do about each alert that fires; no section if none fires. */
function toDo(data: DashboardData): ReportSection[] {
  const rows = firingRows(data)
  return rows.length === 0 ? [] : [{ title: 'WHAT TO DO', rows }]
}

function lasted({ timestamp, ends_at }: AlertEpisode): string {
  return ends_at === null ? 'open' : span(ends_at - timestamp)
}

function toneOf(word: string | null): ReportTone | undefined {
  if (word === 'improving') return 'good'
  if (word === 'warning') return 'warning'
  return word === 'degrading' || word === 'error' || word === 'critical' ? 'bad' : undefined
}

function head(...texts: string[]): ReportCell[] {
  return texts.map((text) => ({ text }))
}

/**
 * The plugins whose sections the report has: those of the given configuration file, or of the file in the working
 * directory. There may be no file, because the recorder may run elsewhere. If the file in the working directory cannot be
 * loaded, the report comes without these sections, with a warning.
 * @param warn gets the reason why sections are missing
 * @throws MnemoscopeError CONFIG_NOT_FOUND, CONFIG_NOT_LOADABLE or CONFIG_INVALID for a file that was given
 */
export async function reportPlugins(
  given: string | undefined,
  warn: (text: string) => void,
): Promise<Config['plugins']> {
  if (given !== undefined) return (await loadProject(given)).config.plugins
  if (configFileIn('.') === undefined) return []
  try {
    return (await loadProject()).config.plugins
  } catch (error) {
    warn(`${failureText(error, { json: false }).text}  The report has no sections of plugins.\n`)
    return []
  }
}
