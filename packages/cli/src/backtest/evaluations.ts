import { type Config, durationSeconds, type Kpi, names } from '@mnemoscope/kpi'
import { columnsOf, type Range } from './columns.js'

/** The evaluations of the last hours. */
export function rangeOfHours(
  { alertCheckInterval }: Pick<Config, 'alertCheckInterval'>,
  hours: number,
  now = Date.now() / 1_000,
): Range {
  const step = durationSeconds(alertCheckInterval)
  const end = Math.floor(now / step) * step
  return { start: end - Math.floor((hours * 3_600) / step) * step, end, step }
}

/**
 * The same range at the instants at which the KPI's rules were evaluated last: between others they count other operations
 * together, and that moves an alert by an evaluation. The range as it is where the rules are not there.
 */
export async function atEvaluations(url: string, kpi: Kpi, range: Range): Promise<Range> {
  const now = { start: range.end, end: range.end, step: range.step }
  const [evaluated] = await columnsOf(url, `max(timestamp(${names.judgeSeries.evaluated(kpi)}))`, now)
  const at = evaluated?.column[0]
  if (at === undefined || range.end - at >= 2 * range.step) return range
  const earlier = (range.end - at) % range.step
  return { ...range, start: range.start - earlier, end: range.end - earlier }
}
