import { type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { columnsOf, type Range } from './columns.js'
import { type AlertDifference, compareAlerts } from './compare.js'
import { type Alerted, placeKey } from './episodes.js'
import { atEvaluations, rangeOfHours } from './evaluations.js'
import { thresholdsOf } from './history.js'
import type { Span } from './replay.js'
import type { Replayable, RunOptions } from './run.js'

/** How well a replay of what was configured agrees with the alerts that Prometheus has stored. */
export interface Reproduction {
  /** Alerts that fired, by Prometheus' series `ALERTS`, and how many of them the replay has too. */
  readonly fired: number
  readonly found: number
  /** Time in which both fire, by that in which either does; null where neither fires. */
  readonly alike: number | null
  /** Where they differ: `missed` is only in `ALERTS`, `raised` only in the replay. */
  readonly differences: readonly AlertDifference[]
}

/** The alerts of a KPI's thresholds that really fired. */
export async function firedOf(url: string, kpi: Kpi, range: Range): Promise<Alerted[]> {
  const byName = new Map(thresholdSeverities.map((severity) => [names.alertName(kpi, severity), severity]))
  const series = await columnsOf(
    url,
    // Of the evaluation in each step alone: imported history does not say where a series ended.
    `last_over_time(ALERTS{alertstate="firing", alertname=~"${[...byName.keys()].join('|')}"}[${1_000 * range.step - 1}ms])`,
    range,
  )
  return series.flatMap(({ labels, column }): Alerted[] => {
    const severity = byName.get(labels.alertname ?? '')
    if (severity === undefined) return []
    const { job, model, contextSize, operation } = names.label
    const [service = '', of = '', size = '', kind = ''] = [job, model, contextSize, operation].map(
      (label) => labels[label],
    )
    return [
      {
        ...{ kpi: kpi.id, severity: severity as ThresholdSeverity },
        ...{ service, model: of, contextSize: size, operation: kind },
        spans: spansOf(column, range),
      },
    ]
  })
}

/** Runs of evaluations with a value, up to the first one without it. */
export function spansOf(column: readonly (number | undefined)[], { start, step }: Range): Span[] {
  const spans: { from: number; to: number | undefined }[] = []
  for (const [i, value] of column.entries()) {
    const [isOn, wasOn] = [value !== undefined, i > 0 && column[i - 1] !== undefined]
    if (isOn && !wasOn) spans.push({ from: start + i * step, to: undefined })
    const last = spans.at(-1)
    if (!isOn && wasOn && last !== undefined) last.to = start + i * step
  }
  return spans
}

/** How well the replay of a configuration agrees with what fired in the last hours. */
export async function reproduced(
  config: Replayable,
  replayed: readonly Alerted[],
  { url, hours, operation, end }: RunOptions,
): Promise<Reproduction> {
  const range = rangeOfHours(config, hours, end)
  const fired: Alerted[] = []
  for (const kpi of Object.values(config.kpis)) {
    if (thresholdsOf(kpi).length === 0) continue
    fired.push(...(await firedOf(url, kpi, await atEvaluations(url, kpi, range))))
  }
  const ofOne = fired.filter((each) => operation === undefined || each.operation === operation)
  return reproductionOf(ofOne, replayed, range)
}

export function reproductionOf(
  fired: readonly Alerted[],
  replayed: readonly Alerted[],
  { end, step }: Pick<Range, 'end' | 'step'>,
): Reproduction {
  const replays = new Map(replayed.map((each) => [placeKey(each), each.spans]))
  const real = new Map(fired.map((each) => [placeKey(each), each.spans]))
  let [both, total, found] = [0, 0, 0]
  const length = ({ from, to = end + step }: Span) => Math.max(0, to - from)
  for (const key of new Set([...replays.keys(), ...real.keys()])) {
    const [a, b] = [real.get(key) ?? [], replays.get(key) ?? []]
    const shared = a.map((one) => b.reduce((sum, other) => sum + length(common(one, other)), 0))
    const own = shared.reduce((sum, each) => sum + each, 0)
    both += own
    total += [...a, ...b].reduce((sum, each) => sum + length(each), -own)
    found += shared.filter((each) => each > 0).length
  }
  return {
    fired: fired.reduce((sum, { spans }) => sum + spans.length, 0),
    found,
    alike: total === 0 ? null : both / total,
    differences: compareAlerts(fired, replayed),
  }
}

/** The time that two have in common; it ends before it begins where there is none. */
function common(a: Span, b: Span): Span {
  const to = Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY)
  return { from: Math.max(a.from, b.from), to: Number.isFinite(to) ? to : undefined }
}
