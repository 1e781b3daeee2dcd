import {
  type Config,
  modelText,
  type ReportCell,
  type ReportSection,
  type ReportTone,
  trendText,
} from '@mnemoscope/kpi'
import type { AlertEpisode, DashboardData } from '@mnemoscope/recorder'
import { type Scale, scaleOf } from '@mnemoscope/recorder/shown'
import { configFileIn, loadProject } from '../config-file.js'
import { failureText } from '../failure.js'
import { firingRows } from './now.js'
import { inUnit, type Scales, span, utc } from './units.js'

/** The specification's report: five sections, what to do about open alerts, and the sections of plugins. */
export interface Report {
  readonly heading: string
  readonly sections: readonly ReportSection[]
  /** The units of its values. */
  readonly scales: Scales
}

/** How many alerts the last section lists. */
const recentAlerts = 5

/** How many KPIs fit in the line of a model: the first ones of the catalog. */
const modelColumns = 5

/** What a report has beside the dashboard data. */
export interface ReportParts {
  /** Their sections come last. */
  readonly plugins?: Config['plugins']
  /** What came before the alerts that fire. */
  readonly before?: readonly ReportSection[]
  /** Whether alerts deserve their name. */
  readonly review?: readonly ReportSection[]
  /** A name of its time, such as that of a month. */
  readonly name?: string | undefined
  /** The incidents of the time. */
  readonly incidents?: readonly ReportSection[]
  /** Why there is no snapshot. Default: there is none yet. */
  readonly missing?: string | undefined
}

/** The report of dashboard data. */
export function reportOf(
  data: DashboardData,
  { plugins = [], before = [], review = [], incidents = [], missing, name }: ReportParts = {},
): Report {
  const { from, to } = data.window
  const scales = scalesOf(data)
  // A plugin declares the type of the data itself; this is the only data there is.
  const added = plugins.flatMap(({ reportSections }) =>
    reportSections.map((section) => section(data as never)),
  )
  return {
    heading: `${name === undefined ? '' : `${name}: `}${utc(from)} to ${utc(to)}`,
    scales,
    sections: [
      summary(data, scales, missing),
      trends(data, scales),
      models(data, scales),
      alertSummary(data),
      ...incidents,
      recent(data),
      ...whatToDo(data, scales),
      ...before,
      ...review,
      ...added,
    ],
  }
}

/** The unit of each KPI that has values, one for all of them in the report, by id. */
function scalesOf(data: DashboardData): Scales {
  return new Map(
    data.kpis.flatMap(({ id, unit }) => {
      const values = [
        ...['avg', 'min', 'max', 'quantile'].map((statistic) => data.summary[`${statistic}_${id}`]),
        ...(data.trend_details[id]?.points ?? []).map(([, value]) => value),
        ...data.operation_performance.map(({ figures }) => figures[`avg_${id}`]),
        ...data.open_alerts.flatMap((alert) =>
          alert.metric_type === id && alert.kind === 'threshold' ? [alert.newest_value, alert.threshold] : [],
        ),
      ].filter(isNumber)
      return values.length === 0 ? [] : [[id, scaleOf(values, unit)] as const]
    }),
  )
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined
}

function summary(
  { summary: totals, summary_of: of, kpis }: DashboardData,
  scales: Scales,
  missing: string = noneYet,
): ReportSection {
  const title = 'PERFORMANCE SUMMARY'
  const count = totals.total_snapshots ?? 0
  if (count === 0) {
    return { title, rows: [], note: { text: missing } }
  }
  const hasQuantiles = kpis.some(({ id }) => of[`quantile_${id}`] !== undefined)
  const rows = kpis.map(({ id, title: name, unit }) => {
    const shown = (number: string) => inUnit(totals[number], unit, scales.get(id))
    return [
      { text: name },
      { text: shown(`avg_${id}`) },
      ...[`min_${id}`, `max_${id}`].map((number) => ({
        text: isNumber(totals[number]) ? `${shown(number)}${ofSnapshot(of[number])}` : shown(number),
      })),
      { text: of[`avg_${id}`] ?? '' },
      ...(hasQuantiles ? [{ text: quantileCell(of[`quantile_${id}`], () => shown(`quantile_${id}`)) }] : []),
    ]
  })
  return {
    title,
    rows: [
      head(
        ...['', 'average', 'lowest snapshot', 'highest snapshot', 'average is'],
        ...(hasQuantiles ? ['of all operations'] : []),
      ),
      ...rows,
    ],
    note: { text: `${count === 1 ? '1 snapshot' : `${count} snapshots`}. ${extremesNote}` },
  }
}

/** A quantile with what it is of: `11.4 s (p95 of 4,131 operations)`; empty for a KPI that is not judged by one. */
function quantileCell(of: string | undefined, shown: () => string): string {
  return of === undefined ? '' : `${shown()} (${of})`
}

const noneYet = 'No snapshot in this time: the first one comes an interval after the first measurement.'

const extremesNote =
  'In brackets: what a snapshot shows of its operations. The lowest p95 of a snapshot can be above the average of operations.'

/** What the least or greatest value is of, in brackets: ` (p95)`. */
function ofSnapshot(of: string | undefined): string {
  return of === undefined ? '' : ` (${of.replace(/^(?:lowest|highest) snapshot /, '')})`
}

/** An uncertain decline is not stable, so the words are "no clear trend". */
const inWords = {
  improving: 'improving',
  stable: 'no clear trend',
  degrading: 'degrading',
  unknown: 'too early to tell',
} as const

function trends({ trend_details: details, kpis }: DashboardData, scales: Scales): ReportSection {
  const rows = kpis.map(({ id, title, unit, value_of: of }) => {
    const trend = details[id]
    const { direction = 'unknown', points = [] } = trend ?? {}
    const curve = points.map(([, value]) => value)
    return [
      { text: `${title} (${of})` },
      { text: inWords[direction], tone: toneOf(direction) },
      { text: inUnit(curve.at(-1), unit, scales.get(id)), curve },
      {
        text:
          trend === undefined ? '' : (trendText(trend, (value) => inUnit(value, unit, scales.get(id))) ?? ''),
      },
    ]
  })
  return {
    title: 'PERFORMANCE TRENDS',
    rows: [head('', 'direction', 'newest', 'change'), ...rows],
    note: { text: trendsNote },
  }
}

const trendsNote =
  'Newest: the last point of the curve. Each point is the mean of what the snapshots of all series show, as in brackets.'

function models({ operation_performance: performance, kpis }: DashboardData, scales: Scales): ReportSection {
  const title = 'MODEL PERFORMANCE'
  if (performance.length === 0) return { title, rows: [], note: { text: 'No model has been measured yet.' } }
  const columns = kpis.slice(0, modelColumns)
  const rows = performance.map(({ model, operation, figures }) => [
    { text: modelText({ model, operation }) },
    ...columns.map(({ id, unit }) => ({ text: mean(figures, id, unit, scales.get(id)) })),
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

function mean(
  figures: Readonly<Record<string, number | null>>,
  kpi: string,
  unit: string,
  scale: Scale | undefined,
): string {
  const samples = figures[`samples_${kpi}`] ?? null
  const count = samples === null ? '' : ` (${Math.round(samples).toLocaleString('en-US')})`
  return inUnit(figures[`avg_${kpi}`], unit, scale) + count
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
function whatToDo(data: DashboardData, scales: Scales): ReportSection[] {
  const rows = firingRows(data, scales)
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
