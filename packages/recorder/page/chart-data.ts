import type { AlignedData } from 'uplot'
import type { Charts, DashboardKpi } from './api.js'
import type { Series } from './format.js'
import type { Thresholds } from './level.js'

export type Chart = Charts['kpis'][string]

/** The colour of a series, as the name of a style property, and the dashes of its line. */
export interface LineStyle {
  readonly colour: string
  readonly dash: readonly number[]
}

/** A series' key: it has the same colour in every chart. */
export function keyOf({ service, model, context_size, operation }: Series): string {
  return JSON.stringify([service, model, context_size, operation])
}

/** Columns of one line in uPlot's data: its mean, least and greatest value. */
const columnsOfLine = 3

/** The column of a line's mean; its least and greatest value follow. */
export function meanColumn(line: number): number {
  return 1 + line * columnsOfLine
}

/**
 * The columns that uPlot wants, on one list of times for all lines: for each line its mean, and its least and greatest
 * values for the shade around it. Steps without a value become nulls, so that a line breaks where data are missing.
 */
export function chartColumns(
  { series }: Pick<Chart, 'series'>,
  { step_seconds: step }: Pick<Charts, 'step_seconds'>,
): AlignedData {
  const known = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (a, b) => a - b,
  )
  let before = known[0] ?? 0
  const times = known.flatMap((time) => {
    const gap = time - before > 1.5 * step ? [before + step] : []
    before = time
    return [...gap, time]
  })
  const columns = series.flatMap(({ points }) => {
    const byTime = new Map(points.map((point) => [point[0], point]))
    return ([1, 2, 3] as const).map((field) => times.map((time) => byTime.get(time)?.[field] ?? null))
  })
  return [times, ...columns]
}

/** Styles of all series of all charts, in an order that stays: of several models the same one keeps its colour. */
export function lineStyles({ kpis }: Pick<Charts, 'kpis'>): Map<string, LineStyle> {
  const keys = new Set(Object.values(kpis).flatMap(({ series }) => series.map(keyOf)))
  return new Map(
    [...keys].sort().map((key, i) => [key, { colour: `--series-${i % 8}`, dash: i < 8 ? [] : [5, 3] }]),
  )
}

/**
 * The ends of a chart's y axis. Noise must not look like a change: the axis spans at least a fifth of the values'
 * size, and values that can't fall below 0 and are better low begin at 0. A threshold is drawn where it comes near.
 */
export function chartRange(
  { direction, unit }: Pick<DashboardKpi, 'direction' | 'unit'>,
  thresholds: Thresholds,
  least: number | null,
  greatest: number | null,
): [number, number] {
  if (least === null || greatest === null) return [0, 1]
  const isRatio = unit === '1' && least >= 0 && greatest <= 1
  const limits = Object.values(thresholds)
    .filter((limit) => limit !== undefined)
    .sort((a, b) => a - b)
  if (direction === 'higher_is_better') {
    const reached = limits.filter((limit) => limit >= least)
    // The threshold below the values, and the one below those that were reached.
    const below = limits.filter((limit) => limit < least).at(-1)
    const top = isRatio ? 1 : Math.max(greatest * 1.1, ...reached)
    const bottom = Math.min(least, below ?? least)
    const span = Math.max(top - bottom, 0.2 * Math.abs(top)) * 1.08
    return [least >= 0 ? Math.max(0, top - span) : top - span, top]
  }
  const next = limits.find((limit) => limit > greatest)
  const nearTop = next !== undefined && next <= greatest * 3 ? next * 1.06 : 0
  const top = Math.max(greatest * 1.15, nearTop, isRatio ? 0.1 : 0)
  return [Math.min(0, least * 1.1), (isRatio ? Math.min(1, top) : top) || 1]
}
