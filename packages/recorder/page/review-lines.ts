import { formatContext, formatValue } from './format.js'
import { formatDuration } from './time.js'

/** What a review counts of some alerts, as an answer of `GET /api/alerts/review` has it. */
export interface ReviewFigures {
  readonly episodes: number
  readonly useful: number
  readonly noise: number
  readonly precision: number | null
  readonly to_notice: ReviewTime
  readonly to_acknowledge: ReviewTime
  readonly to_recover: ReviewTime
  readonly flaps: number
  readonly night_pages: number
  readonly acted_on: number
}

interface ReviewTime {
  readonly median_seconds: number | null
  readonly count: number
}

/** The columns of a review after the one that says which alert, in the order of `reviewCells`. */
export const reviewColumns = [
  ...['Alerts', 'Precision', 'To notice', 'To acknowledge', 'To recover', 'Flaps', 'Night pages', 'Acted on'],
] as const

/** The figures of some alerts in words, one for each of `reviewColumns`. */
export function reviewCells(figures: ReviewFigures): string[] {
  const { episodes, useful, noise, precision, flaps, night_pages: pages, acted_on: acted } = figures
  const count = (number: number) => number.toLocaleString('en')
  return [
    count(episodes),
    precision === null
      ? 'not rated'
      : `${Math.round(precision * 100)} % (${count(useful)} of ${count(useful + noise)})`,
    ...[figures.to_notice, figures.to_acknowledge, figures.to_recover].map(({ median_seconds, count: of }) =>
      median_seconds === null ? 'unknown' : `${formatDuration(median_seconds)} (${count(of)})`,
    ),
    ...[count(flaps), count(pages)],
    acted === 0 ? 'never' : `${count(acted)} of ${count(episodes)}`,
  ]
}

/** Where an alert is, in words; empty where it concerns no place. */
export function placeText({
  service,
  model,
  operation,
  context_size: context,
}: Readonly<Record<'service' | 'model' | 'operation' | 'context_size', string | null>>): string {
  return [service, model, operation, context && formatContext(context)].filter(Boolean).join(' · ')
}

/** A threshold that nothing crossed. */
export interface UncrossedThreshold {
  readonly metric_type: string
  readonly level: string
  readonly threshold: number
  readonly places: number
  readonly worst: number
}

/** A threshold that nothing crossed, in words: `F1 score: critical ≤ 0.6. The worst snapshot of 4 places was 0.65.` */
export function uncrossedText(
  { metric_type: id, level, threshold, places, worst }: UncrossedThreshold,
  kpis: readonly {
    readonly id: string
    readonly title: string
    readonly unit: string
    readonly direction: 'higher_is_better' | 'lower_is_better'
  }[],
): string {
  const kpi = kpis.find((each) => each.id === id)
  const { title, unit, direction } = kpi ?? { title: id, unit: '', direction: 'lower_is_better' as const }
  const sign = direction === 'higher_is_better' ? '≤' : '≥'
  const of = places === 1 ? 'one place' : `${places.toLocaleString('en')} places`
  const shown = (value: number) => formatValue(value, unit, [threshold])
  return `${title}: ${level} ${sign} ${shown(threshold)}. The worst snapshot of ${of} was ${shown(worst)}.`
}

export const reviewNote =
  'Precision: the share of useful ones among those that people rated. Times are medians, in brackets of how many alerts. ' +
  'To notice: from the first bad operation to the alert. Flaps began within 15 minutes of the end of the same alert. ' +
  'Night pages: of level error or critical, from 22:00 to 7:00. Acted on: acknowledged, or rated as useful.'
