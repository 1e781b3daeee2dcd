import { type Config, type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { runbookUrl } from '../annotations.js'
import { aggregate, is, isOneOf } from '../promql.js'
import { kpiThresholds, levelRank, unknownMapping } from './levels.js'
import { type DataLink, pageLink } from './links.js'
import type { ThresholdsConfig, ValueMapping } from './schema.js'
import { selected, variable } from './variables.js'

/** Shown where a KPI has no value: nothing was measured, or too little. */
export const noMeasurement = 'not measured yet, or too few measurements'

/** Shown in a cell of a table where a KPI has no value. */
export const unknownCell = '–'

/** Values below this many decimals are noise in a ratio. */
const ratioDecimals = 1

/** What all panels of a KPI have in common. */
export interface KpiPanelBase {
  readonly unit: string
  readonly noValue: string
  readonly thresholds: ThresholdsConfig
  readonly mappings: readonly ValueMapping[]
  readonly links: readonly DataLink[]
  /** What the colours mean, for the description. */
  readonly thresholdNote: string
  readonly decimals?: number
}

/** Unit, thresholds and runbook of a KPI, as its panels have them. */
export function kpiPanelBase(config: Config, kpi: Kpi): KpiPanelBase {
  return {
    unit: grafanaUnit(kpi.unit),
    noValue: noMeasurement,
    thresholds: kpiThresholds(kpi),
    mappings: [unknownMapping(noMeasurement)],
    links: [pageLink('Runbook', runbookUrl(config, kpi.runbook))],
    thresholdNote: thresholdNote(kpi),
    ...(kpi.unit === '1' ? { decimals: ratioDecimals } : {}),
  }
}

function thresholdNote({ thresholds, overrides, direction }: Kpi): string {
  const levels = Object.entries(thresholds).map(([level, value]) => `${level} ${value}`)
  if (levels.length === 0) return 'It has no thresholds.'
  const side = direction === 'higher_is_better' ? 'at or below' : 'at or above'
  const without =
    overrides.length === 0
      ? ''
      : ' Thresholds of single models, context sizes and operations are not shown here.'
  return `Thresholds, ${side}: ${levels.join(', ')}.${without}`
}

const { job, model, contextSize, operation, severity } = names.label

/** Name of a series of one place. */
export const placeLegend = `{{${job}}} · {{${model}}} · {{${contextSize}}} · {{${operation}}}`

/** The value of a KPI that is judged, for each selected place. */
export function currentValues(kpi: Pick<Kpi, 'id'>): string {
  return perPlace(selected(names.recordedSeries.current(kpi)))
}

/** The worst of them, as one number. */
export function worstValue(kpi: Pick<Kpi, 'id' | 'direction'>): string {
  const worst = kpi.direction === 'higher_is_better' ? 'min' : 'max'
  return `${worst}(${selected(names.recordedSeries.current(kpi))})`
}

/** The mean of the judged value over the chosen window, for each selected place. */
export function averageValues(kpi: Pick<Kpi, 'id'>): string {
  return perPlace(`avg_over_time(${selected(names.recordedSeries.current(kpi))}[$${variable.window}])`)
}

/** How far the judged value is from that of one chosen window ago. */
export function change(kpi: Pick<Kpi, 'id'>): string {
  const then = `${selected(names.recordedSeries.current(kpi))} offset $${variable.window}`
  return `${currentValues(kpi)} - ${perPlace(then)}`
}

/** Rank of the worst level that fires at each selected place, by these labels. */
export function firingRank(by: readonly string[]): string {
  const ranked = (level: ThresholdSeverity) => {
    const firing = selected('ALERTS', [is('alertstate', 'firing'), is(severity, level)])
    return `${levelRank(level)} * ${firing}`
  }
  return aggregate('max', by, thresholdSeverities.map(ranked).join(' or '))
}

/** Rank of the worst level that fires at each selected place with a recorded value; 0 where nothing fires. */
export function firingLevel(kpis: readonly Pick<Kpi, 'id'>[]): string {
  const measured = selected('', [isOneOf('__name__', kpis.map(names.recordedSeries.current))])
  return `${firingRank(names.seriesLabels)} or 0 * ${perPlace(measured)}`
}

/** One series for each place, without the name that a recorded series has. */
function perPlace(expression: string): string {
  return aggregate('max', names.seriesLabels, expression)
}

/** Grafana's ids for the units that a Prometheus name can carry. */
const grafanaUnits: Readonly<Record<string, string>> = {
  '1': 'percentunit',
  '%': 'percent',
  d: 'd',
  h: 'h',
  min: 'm',
  s: 's',
  ms: 'ms',
  us: 'µs',
  ns: 'ns',
  By: 'bytes',
  KiBy: 'kbytes',
  MiBy: 'mbytes',
  GiBy: 'gbytes',
  KBy: 'deckbytes',
  MBy: 'decmbytes',
  GBy: 'decgbytes',
  Hz: 'hertz',
  J: 'joule',
  W: 'watt',
}

/** The id by which Grafana shows values of a UCUM unit; what is counted, such as `{token}`, is written out in full. */
export function grafanaUnit(unit: string): string {
  return grafanaUnits[unit] ?? 'locale'
}
