import type { ChartContent, ChartLine } from './chart-frame.js'
import type { Point } from './chart-lines.js'
import type { Limits, Measure } from './chart-scale.js'
import { type Series, seriesName } from './format.js'

/** What the answer of `GET /api/charts` has for a drawing. */
interface ChartsAnswer {
  readonly from: number
  readonly to: number
  readonly step_seconds: number
  readonly kpis: Readonly<
    Record<string, { readonly series: readonly (Series & { readonly points: readonly Point[] })[] }>
  >
  readonly gaps: ChartContent['gaps']
  readonly marks: readonly (ChartContent['marks'][number] & { readonly kpi: string })[]
  readonly changes: ChartContent['changes']
}

/** What the answer of `GET /api/dashboard` has for it. */
interface DashboardAnswer {
  readonly kpis: readonly (Measure & {
    readonly id: string
    readonly title: string
    readonly value_of: string
    readonly thresholds: Limits
  })[]
  readonly current: readonly (Series & {
    readonly kpis: Readonly<Record<string, { readonly thresholds: Limits } | undefined>>
  })[]
}

/** A chart of a KPI that has values in the window. */
export interface KpiChart extends ChartContent {
  readonly id: string
  /** Whether the lines have different thresholds; those of the KPI are drawn then. */
  readonly isMixed: boolean
}

/** The charts of two answers to one question, in the order of the catalog. KPIs without values have none. */
export function kpiCharts(charts: ChartsAnswer, data: DashboardAnswer): KpiChart[] {
  const styles = lineStyles(charts)
  const several = hasSeveralServices(charts)
  return data.kpis.flatMap((kpi) => {
    const series = charts.kpis[kpi.id]?.series ?? []
    if (series.length === 0) return []
    const shared = sharedThresholds(kpi, series, data)
    return [
      {
        id: kpi.id,
        kpi,
        thresholds: shared ?? kpi.thresholds,
        isMixed: shared === undefined,
        lines: series.map((each) => ({
          name: seriesName(each, several),
          points: each.points,
          ...(styles.get(keyOf(each)) ?? { colour: '--series-0', dash: [] }),
        })),
        from: charts.from,
        to: charts.to,
        stepSeconds: charts.step_seconds,
        gaps: charts.gaps,
        marks: charts.marks.filter((mark) => mark.kpi === kpi.id),
        changes: charts.changes,
      },
    ]
  })
}

/** Lines of all charts, each once, for one legend. */
export function legendOf(charts: readonly KpiChart[]): Pick<ChartLine, 'name' | 'colour' | 'dash'>[] {
  const lines = new Map(charts.flatMap((chart) => chart.lines.map((line) => [line.name, line])))
  return [...lines.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A series' key: it has the same colour in every chart. */
export function keyOf({ service, model, context_size, operation }: Series): string {
  return JSON.stringify([service, model, context_size, operation])
}

/** Styles of all series of all charts, in an order that stays: of several models the same one keeps its colour. */
function lineStyles({ kpis }: ChartsAnswer): Map<string, Pick<ChartLine, 'colour' | 'dash'>> {
  const keys = new Set(Object.values(kpis).flatMap(({ series }) => series.map(keyOf)))
  return new Map(
    [...keys].sort().map((key, i) => [key, { colour: `--series-${i % 8}`, dash: i < 8 ? [] : [5, 3] }]),
  )
}

function hasSeveralServices({ kpis }: ChartsAnswer): boolean {
  return new Set(Object.values(kpis).flatMap(({ series }) => series.map(({ service }) => service))).size > 1
}

/** The thresholds that all lines of a chart share: of their place, else the KPI's; undefined where they differ. */
function sharedThresholds(
  { id, thresholds }: DashboardAnswer['kpis'][number],
  series: readonly Series[],
  { current }: DashboardAnswer,
): Limits | undefined {
  const byPlace = new Map(current.map((each) => [keyOf(each), each.kpis[id]?.thresholds]))
  const [first, ...others] = series.map((line) => byPlace.get(keyOf(line)) ?? thresholds)
  const same = JSON.stringify(first)
  return others.every((each) => JSON.stringify(each) === same) ? first : undefined
}
