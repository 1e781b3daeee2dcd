import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { AnswerOf } from '@mnemoscope/recorder'
import { scaleOf } from '@mnemoscope/recorder/shown'
import { inUnit, utc } from './units.js'

/** What can be compared. */
export const comparisons = ['models', 'weeks', 'changes'] as const
export type Comparison = (typeof comparisons)[number]

/** Units of KPIs by id; a KPI that is no longer in the configuration is a plain number. */
export type Units = ReadonlyMap<string, string>

interface Place {
  readonly kpi: string
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
}

const placeHead = ['kpi', 'service', 'model', 'context', 'operation']
const placeOf = ({ kpi, service, model, context_size, operation }: Place) => [
  kpi,
  service,
  model,
  context_size,
  operation,
]

/** Models side by side, from snapshots and from measurements. */
export function modelSections(
  { models, measurements }: AnswerOf<'GET /api/analysis/models'>,
  units: Units,
): ReportSection[] {
  return [
    section(
      'MODELS',
      [...placeHead, 'mean', 'of', 'p95', 'lowest', 'highest', 'of', 'snapshots'],
      models.map((row) => [
        ...placeOf(row),
        inUnit(row.mean, unitOf(units, row)),
        row.mean_of ?? '',
        row.p95 === null ? '' : inUnit(row.p95, unitOf(units, row)),
        inUnit(row.lowest, unitOf(units, row)),
        inUnit(row.highest, unitOf(units, row)),
        row.lowest_of.replace('lowest ', ''),
        count(row.snapshots),
      ]),
      'No snapshot has a value in this time.',
      modelsNote,
    ),
    section(
      'MEASUREMENTS',
      [...placeHead, 'evaluator', 'structure', 'mean', 'median', 'p95', 'of', 'breaches'],
      measurements.map((row) => {
        const shown = inOneUnit([row.mean, row.median, row.p95], unitOf(units, row))
        return [
          ...placeOf(row),
          row.evaluator ?? '',
          row.structure ?? '',
          withError(row.mean, row.mean_error, shown),
          withinText(row.median, row.median_low, row.median_high, shown),
          withinText(row.p95, row.p95_low, row.p95_high, shown),
          row.estimate_of,
          count(row.breaches),
        ]
      }),
      'No measurement was kept in this time.',
      measurementsNote,
    ),
  ]
}

/** A time beside the same time a week earlier. */
export function weekSections({ weeks }: AnswerOf<'GET /api/analysis/weeks'>, units: Units): ReportSection[] {
  const rows = weeks.map((row) => [
    ...placeOf(row),
    inUnit(row.mean_before, unitOf(units, row)),
    row.mean_before_of ?? '',
    inUnit(row.mean, unitOf(units, row)),
    row.mean_of ?? '',
    share(row.change),
    verdict(row.improved),
  ])
  const head = [...placeHead, 'a week earlier', 'of', 'this time', 'of', 'change', '']
  return [section('WEEKS', head, rows, 'No snapshot has a value in this time or a week earlier.')]
}

/** When KPIs changed for good, newest first. */
export function changeSections(
  { changes }: AnswerOf<'GET /api/analysis/changes'>,
  units: Units,
): ReportSection[] {
  const rows = changes.map((row) => [
    utc(row.at),
    ...placeOf(row),
    inUnit(row.before, unitOf(units, row)),
    inUnit(row.after, unitOf(units, row)),
    verdict(row.improved),
  ])
  const head = ['since', ...placeHead, 'before', 'after', '']
  return [section('CHANGES', head, rows, 'No KPI changed for good in this time.')]
}

type Cell = string | ReportCell

const modelsNote =
  'p95: of all operations of the time together. Lowest and highest: of single snapshots. Empty: the KPI is no distribution.'

const measurementsNote =
  'Breaches are always kept, others are a sample, and each counts by its weight. ±: standard error. In brackets: holds the true value in 95 of 100 samples.'

/** Writes values in the unit of the greatest of some. */
function inOneUnit(values: readonly (number | null)[], unit: string): (value: number | null) => string {
  const scale = scaleOf(
    values.filter((value) => value !== null),
    unit,
  )
  return (value) => inUnit(value, unit, scale)
}

/** A mean with its standard error; the mean alone where everything was kept. */
function withError(
  mean: number | null,
  error: number | null,
  shown: (value: number | null) => string,
): string {
  return error ? `${shown(mean)} ± ${shown(error)}` : shown(mean)
}

/** A value with the interval around it; the value alone where everything was kept. An unknown end is a question mark. */
function withinText(
  value: number | null,
  low: number | null,
  high: number | null,
  shown: (value: number | null) => string,
): string {
  if (value === null || (low === value && high === value)) return shown(value)
  const [from, to] = [low, high].map((end) => (end === null ? '?' : shown(end)))
  return `${shown(value)} (${from} to ${to})`
}

function section(
  title: string,
  head: string[],
  rows: readonly Cell[][],
  none: string,
  below?: string,
): ReportSection {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)),
  )
  return rows.length === 0
    ? { title, rows: [], note: { text: none } }
    : { title, rows: cells, note: below === undefined ? undefined : { text: below } }
}

function unitOf(units: Units, { kpi }: Place): string {
  return units.get(kpi) ?? '{number}'
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function share(change: number | null): string {
  return change === null ? 'unknown' : `${change > 0 ? '+' : ''}${(100 * change).toFixed(1)} %`
}

function verdict(improved: boolean | null): ReportCell {
  if (improved === null) return { text: '' }
  return improved ? { text: 'better', tone: 'good' } : { text: 'worse', tone: 'bad' }
}
