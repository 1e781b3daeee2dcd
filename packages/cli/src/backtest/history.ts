import { generate } from '@mnemoscope/generate'
import { type Config, durationSeconds, type Kpi, kpiAt, names, type Place } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { rangeOf } from '../prometheus-client.js'
import type { Timeline } from './replay.js'
import { judgedValues, type WindowData } from './tiers.js'

/** Values of a KPI at one place, as a configuration would have judged them. */
export interface PlaceHistory extends Place {
  readonly service: string
  readonly kpi: Kpi
  readonly timeline: Timeline
}

/** The places of an operation; all where none is given. */
export function ofOperation(places: readonly PlaceHistory[], operation?: string): readonly PlaceHistory[] {
  return places.filter((place) => operation === undefined || place.operation === operation)
}

export interface Range {
  readonly start: number
  readonly end: number
  readonly step: number
}

type Columns = ReadonlyMap<string, readonly (number | undefined)[]>

/**
 * What a configuration would have judged, from the metrics that Prometheus holds, whatever rules ran then: the
 * expressions of the generated rules are asked of the raw metrics at each evaluation.
 */
export async function historyOf(
  url: string,
  config: Config,
  kpi: Kpi,
  range: Range,
): Promise<PlaceHistory[]> {
  const records = recordsOf(config, kpi)
  const steps = Math.floor((range.end - range.start) / range.step) + 1
  const asked = new Map<string, Promise<Columns>>()
  const column = (expression: string) => {
    const known = asked.get(expression) ?? columns(url, expression, range, steps)
    asked.set(expression, known)
    return known
  }
  const windowed = (operation: string, window: string) => {
    const name = names.recordedSeries.windowed(kpi, operation, window)
    return column(inline(records.get(name) ?? name, records, names.metricName(kpi)))
  }
  const valued = (there: Kpi, statistic: Kpi['statistic'], window: string) =>
    /^p\d+$/.test(statistic)
      ? column(quantileExpression(there, Number(statistic.slice(1)) / 100, window, records))
      : windowed(statistic, window)

  const places = [...(await windowed('count', kpi.window)).keys()]
  const empty = Array.from({ length: steps }, () => undefined)
  return Promise.all(
    places.map(async (key): Promise<PlaceHistory> => {
      const [service, model, contextSize, operation] = JSON.parse(key) as [string, string, string, string]
      const there = kpiAt(kpi, { model, contextSize, operation })
      const data = async (statistic: Kpi['statistic'], window: string): Promise<WindowData> => ({
        counts: (await windowed('count', window)).get(key) ?? empty,
        values: (await valued(there, statistic, window)).get(key) ?? empty,
      })
      const short = { ...(await data(there.statistic, there.window)), minSamples: there.minSamples }
      const evaluations = (window: string) => Math.round(durationSeconds(window) / range.step)
      const values =
        there.instrument === 'gauge'
          ? judgedValues({ short })
          : judgedValues({
              short: {
                ...short,
                kept: {
                  evaluations: evaluations(there.sparseWindow),
                  leastSamples: Math.ceil(there.minSamples / 3),
                },
              },
              sparse: {
                ...(await data(there.statistic, there.sparseWindow)),
                minSamples: there.sparseMinSamples,
              },
              rare: {
                // The median stands in for a quantile of a few samples.
                ...(await data(/^p\d+$/.test(there.statistic) ? 'p50' : there.statistic, there.rareWindow)),
                settled: evaluations(there.window),
                length: evaluations(there.rareWindow),
              },
            })
      return { service, model, contextSize, operation, kpi: there, timeline: { ...range, values } }
    }),
  )
}

/** Expressions of the KPI's recording rules by name. Names that several rules record are left out: none is asked for. */
function recordsOf(config: Config, kpi: Kpi): Map<string, string> {
  const file = parse(generated(config).get(`prometheus/rules/${kpi.id}.yml`) ?? '') as {
    groups: { rules: { record?: string; expr: string }[] }[]
  }
  return new Map(
    file.groups.flatMap(({ rules }) =>
      rules.flatMap(({ record, expr }): [string, string][] => (record === undefined ? [] : [[record, expr]])),
    ),
  )
}

const generatedOf = new WeakMap<Config, ReturnType<typeof generate>>()

/** The files of a configuration, made once for all of its KPIs: they take a tenth of a second. */
function generated(config: Config): ReturnType<typeof generate> {
  const files = generatedOf.get(config) ?? generate(config)
  generatedOf.set(config, files)
  return files
}

function quantileExpression(
  kpi: Kpi,
  quantile: number,
  window: string,
  records: ReadonlyMap<string, string>,
): string {
  const bucket = `${names.metricName(kpi)}_bucket`
  const newborn = inline(names.recordedSeries.newborn(kpi, window), records, names.metricName(kpi))
  const counted = `(${bucket} and ignoring (le) ${newborn}) or (increase(${bucket}[${window}]))`
  return `histogram_quantile(${quantile}, sum by (${[...names.seriesLabels, 'le'].join(', ')}) (${counted}))`
}

async function columns(url: string, expression: string, range: Range, steps: number): Promise<Columns> {
  const series = await rangeOf(url, expression, range)
  return new Map(
    series.map(({ labels, samples }) => {
      const values: (number | undefined)[] = Array.from({ length: steps }, () => undefined)
      for (const [at, value] of samples) values[Math.round((at - range.start) / range.step)] = value
      return [JSON.stringify(names.seriesLabels.map((label) => labels[label] ?? '')), values]
    }),
  )
}

/**
 * An expression without recorded series: each is replaced by the expression of its own rule, so that it can be asked
 * of a Prometheus that never ran these rules. A matcher on a recorded series becomes one on the metric that it has
 * the labels of.
 * @param records expressions by the name they are recorded under; none of them offset or over a range
 * @param metric the metric whose labels a recorded series with a matcher has
 */
export function inline(expression: string, records: ReadonlyMap<string, string>, metric: string): string {
  return expression.replace(
    /([a-zA-Z_][a-zA-Z0-9_]*(?::[a-zA-Z0-9_]+)+)(\{[^}]*\})?/g,
    (whole, name: string, matchers: string | undefined) => {
      const recorded = records.get(name)
      if (recorded === undefined) return whole
      const inner = inline(recorded, records, metric)
      return matchers === undefined ? `(${inner})` : `((${inner}) and ${metric}${matchers})`
    },
  )
}
