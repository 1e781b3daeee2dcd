import type { DashboardData } from '@mnemoscope/recorder'
import pc from 'picocolors'
import { inUnit, utc } from './units.js'

/** Alerts that the last section lists. */
const recentAlerts = 5

/** The five sections of the specification's report. */
export function reportText(data: DashboardData, hours: number): string {
  return [
    `${pc.bold('Mnemoscope')} ${pc.dim(`${utc(data.timestamp)}, last ${hours} h`)}`,
    section('PERFORMANCE SUMMARY', summary(data)),
    section('PERFORMANCE TRENDS', trends(data)),
    section('MODEL PERFORMANCE', models(data)),
    section('ALERT SUMMARY', alertSummary(data)),
    section('RECENT ALERTS', recent(data)),
    '',
  ].join('\n\n')
}

function section(title: string, lines: readonly string[]): string {
  return [pc.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')
}

function summary({ summary: totals, kpis }: DashboardData): string[] {
  const { total_snapshots } = totals
  if (!total_snapshots)
    return ['No snapshot yet: the first one comes an interval after the first measurement.']
  const rows = kpis.map(({ id, title, unit }) => [
    title,
    ...['avg', 'min', 'max'].map((statistic) => inUnit(totals[`${statistic}_${id}`], unit)),
  ])
  return [...table([['', 'average', 'lowest', 'highest'], ...rows]), `${total_snapshots} snapshots`]
}

function trends({ trends: byKey, kpis }: DashboardData): string[] {
  return table(kpis.map(({ id, title }) => [title, String(byKey[`${id}_direction`])])).map(coloured)
}

/** KPIs that a line of a model has room for. */
const modelColumns = ['f1_score', 'latency', 'token_usage', 'memory_usage', 'context_utilization']

function models({ model_performance: performance, kpis }: DashboardData): string[] {
  const entries = Object.entries(performance)
  if (entries.length === 0) return ['No model has been measured yet.']
  const columns = kpis.filter(({ id }) => modelColumns.includes(id))
  return table([
    ['', ...columns.map(({ title }) => title.toLowerCase()), 'snapshots'],
    ...entries.map(([model, averages]) => [
      model,
      ...columns.map(({ id, unit }) => inUnit(averages[`avg_${id}`], unit)),
      String(averages.count),
    ]),
  ])
}

function alertSummary({ alert_summary: { total_alerts, alert_counts } }: DashboardData): string[] {
  if (total_alerts === 0) return [pc.green('No alerts.')]
  const counts = (['critical', 'error', 'warning', 'info'] as const).map(
    (level) => `${alert_counts[level]} ${level}`,
  )
  return [`${total_alerts} alerts: ${counts.join(', ')}`]
}

function recent({ recent_alerts }: DashboardData): string[] {
  if (recent_alerts.length === 0) return ['None.']
  return recent_alerts.slice(0, recentAlerts).map((alert) => {
    const state = alert.ends_at === null ? 'open' : 'closed'
    return `${utc(alert.timestamp)}  ${level(alert.level ?? 'unknown')}  ${state.padEnd(6)}  ${alert.message}`
  })
}

function level(severity: string): string {
  const text = severity.toUpperCase().padEnd(8)
  if (severity === 'critical' || severity === 'error') return pc.red(text)
  return severity === 'warning' ? pc.yellow(text) : text
}

function coloured(line: string): string {
  if (line.endsWith('degrading')) return pc.red(line)
  return line.endsWith('improving') ? pc.green(line) : line
}

/** Rows as text, the first column to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('   ')
      .trimEnd(),
  )
}
