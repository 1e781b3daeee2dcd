import { type Config, isQuantile, type Kpi, names } from '@mnemoscope/kpi'
import { type Alerted, alertsOf } from './episodes.js'
import { atEvaluations, rangeOfHours } from './evaluations.js'
import { forKpi, historyOf, ofOperation, seenIn, thresholdsOf } from './history.js'

/** What a backtest needs of a configuration; one without secrets has it too. */
export type Replayable = Pick<Config, 'kpis' | 'scrapeInterval' | 'alertCheckInterval'>

/** The alerts of two configurations over one time. */
export interface Replayed {
  readonly today: readonly Alerted[]
  readonly edited: readonly Alerted[]
  /** How far back was asked. */
  readonly hours: number
  /** From the first to the last value there is of any KPI. */
  readonly coveredHours: number
  /** KPIs with a history that the edited configuration lacks. */
  readonly gone: readonly string[]
  /** KPIs that only the edited configuration has, and that have no history. */
  readonly unseen: readonly string[]
}

export interface RunOptions {
  /** Prometheus. */
  readonly url: string
  readonly hours: number
  /** One operation only. */
  readonly operation?: string | undefined
  /** Unix seconds of the end. Default: now. */
  readonly end?: number
}

/**
 * Replays two configurations. What they share is read and judged once: history is asked for each KPI, with the thresholds of both.
 * @throws MnemoscopeError PROMETHEUS_UNREACHABLE or PROMETHEUS_QUERY
 */
export async function runBacktest(
  today: Replayable,
  edited: Replayable,
  { url, hours, operation, end }: RunOptions,
): Promise<Replayed> {
  const range = rangeOfHours(today, hours, end)
  const ids = new Set([today, edited].flatMap(({ kpis }) => Object.keys(kpis)))
  const [before, after]: [Alerted[], Alerted[]] = [[], []]
  const [gone, unseen]: [string[], string[]] = [[], []]
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const id of ids) {
    const [old, next] = [kpiIn(today, id), kpiIn(edited, id)]
    const one = next ?? old
    if (one === undefined) continue
    const at = await atEvaluations(url, one, range)
    const thresholds = [old, next].flatMap((kpi) => (kpi === undefined ? [] : thresholdsOf(kpi)))
    const read = async (config: Replayable, kpi: Kpi | undefined) =>
      kpi === undefined ? [] : ofOperation(await historyOf(url, config, kpi, at, thresholds), operation)
    const isSame = old !== undefined && next !== undefined && readOf(today, old) === readOf(edited, next)
    const ofOld = await read(today, old)
    const ofNext = isSame ? ofOld.map((place) => forKpi(place, next)) : await read(edited, next)
    const alerts = ofOld.flatMap(alertsOf)
    before.push(...alerts)
    after.push(
      ...(isSame && JSON.stringify(old) === JSON.stringify(next) ? alerts : ofNext.flatMap(alertsOf)),
    )
    if (next === undefined && ofOld.length > 0) gone.push(id)
    if (old === undefined && ofNext.length === 0) unseen.push(id)
    for (const place of [...ofOld, ...ofNext]) {
      const seen = seenIn(place)
      if (seen === undefined) continue
      ;[first, last] = [Math.min(first, seen.from), Math.max(last, seen.to)]
    }
  }
  const coveredHours = first < last ? (last - first) / 3_600 : 0
  return { today: before, edited: after, hours, coveredHours, gone, unseen }
}

/** A KPI whose thresholds can alert. */
function kpiIn({ kpis }: Replayable, id: string): Kpi | undefined {
  const kpi = Object.hasOwn(kpis, id) ? (kpis as Readonly<Record<string, Kpi>>)[id] : undefined
  return kpi !== undefined && thresholdsOf(kpi).length > 0 ? kpi : undefined
}

/** All that decides what is read of a KPI: the same text, the same history. */
function readOf({ scrapeInterval, alertCheckInterval }: Replayable, kpi: Kpi): string {
  const { instrument, direction, outcomes, expiry, statistic } = kpi
  return JSON.stringify([
    [names.metricName(kpi), instrument, direction, outcomes, expiry, isQuantile(statistic)],
    [scrapeInterval, alertCheckInterval],
  ])
}
