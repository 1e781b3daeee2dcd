import { type Kpi, names, outcomesOf, type RefusalReason } from '@mnemoscope/kpi'
import type { Warn } from '../guards/warnings.js'
import { CounterAccumulator, countedOutcomes } from './counter.js'
import { GaugeAccumulator, type ReadValue } from './gauge.js'
import { type Family, family, type Metric, metric } from './metric.js'
import { labelSet } from './series.js'

/** Labels that can be invalid. */
export type RepairableLabel = 'model' | 'context_size' | 'operation'

/** What the instrumentation counts about its work. */
export interface SelfMetrics {
  readonly metrics: readonly Metric[]
  /** Counts a refusal, and warns once for each KPI and reason. */
  refused(kpi: Kpi, reason: RefusalReason, value?: unknown): void
  /** Counts a measurement of a KPI that is not in the configuration, and warns once. */
  refusedUnknown(kpi: string): void
  overflowed(): void
  repaired(label: RepairableLabel): void
  /** Counts measurements that could not be sent to the recorder. */
  dropped(count: number): void
  /** Counts a push over OTLP that failed, or of which a part was refused. */
  pushFailed(): void
}

/** The counters of refusals, overflows, repairs, drops and failed pushes. Each series exists from the start, at 0. */
export function selfMetrics(kpis: readonly Kpi[], createdAt: number, warn: Warn): SelfMetrics {
  const refusals = selfMetric(
    'refusals',
    'Measurements that were refused because the value is invalid for the KPI.',
  )
  const refusalsOf = new Map(
    kpis.map((kpi) => [
      kpi.id,
      selfCounter(
        refusals,
        createdAt,
        { [names.label.kpi]: kpi.id },
        names.label.reason,
        refusalReasonsOf(kpi),
      ),
    ]),
  )
  const unknown = selfCounter(
    refusals,
    createdAt,
    { [names.label.kpi]: names.standIn.unknown },
    names.label.reason,
    ['unknown_kpi'],
  )
  const overflows = selfMetric(
    'overflows',
    'Label sets that were counted in the overflow series: there were too many.',
  )
  const overflowed = selfCounter(overflows, createdAt, {}, undefined, ['overflow'])
  const repairs = selfMetric('repairs', 'Invalid labels that were replaced or corrected.')
  const repaired = selfCounter(repairs, createdAt, {}, 'label', ['model', 'context_size', 'operation'])
  const drops = selfMetric('drops', 'Single measurements that could not be sent to the recorder.')
  const dropped = selfCounter(drops, createdAt, {}, undefined, ['drop'])
  const failedPushes = selfMetric(
    'failedPushes',
    'Pushes over OTLP that failed, or of which the receiver refused a part.',
  )
  const pushFailed = selfCounter(failedPushes, createdAt, {}, undefined, ['failure'])
  return {
    metrics: [refusals, overflows, repairs, drops, failedPushes],
    refused(kpi, reason, value) {
      refusalsOf.get(kpi.id)?.add(reason)
      const message = `A measurement of ${kpi.id} was refused: ${reason}${shown(value)}. ${expectation(kpi, reason)}`
      warn({ code: 'MEASUREMENT_REFUSED', message }, `${kpi.id} ${reason}`)
    },
    refusedUnknown(kpi) {
      unknown.add('unknown_kpi')
      const message =
        `A measurement of ${JSON.stringify(kpi.slice(0, 64))} was refused: unknown_kpi. ` +
        'Use the id of a built-in KPI, or declare the KPI in the configuration and pass it to startMonitoring.'
      warn({ code: 'MEASUREMENT_REFUSED', message }, 'unknown_kpi')
    },
    overflowed: () => overflowed.add('overflow'),
    repaired: (label) => repaired.add(label),
    dropped: (count) => dropped.addAt(0, count),
    pushFailed: () => pushFailed.add('failure'),
  }
}

/** The refused value in a warning; of a value of another type only the type, since it can be long or secret. */
function shown(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'number' ? ` (${value})` : ` (a ${typeof value})`
}

function expectation(kpi: Kpi, reason: RefusalReason): string {
  if (reason === 'unknown_label') return `Give its labels as declared: ${JSON.stringify(kpi.labels)}.`
  if (kpi.outcomes !== undefined) return `Give one of its outcomes: ${outcomesOf(kpi).join(', ')}.`
  const { direction, range } = kpi
  const end = direction === 'higher_is_better' ? `up to ${range.max}` : `from ${range.min}`
  return `Give a number ${end} in its unit (${kpi.unit}).`
}

/** The reasons that apply to a KPI. */
function refusalReasonsOf(kpi: Kpi): RefusalReason[] {
  const ofLabels: RefusalReason[] = Object.keys(kpi.labels).length > 0 ? ['unknown_label'] : []
  if (kpi.outcomes !== undefined) return ['unknown_outcome', ...ofLabels]
  const ofNumbers: RefusalReason[] = ['not_a_number', 'not_finite', 'out_of_range']
  return [...ofNumbers, ...ofLabels]
}

function selfMetric(name: keyof typeof names.instrumentationCounter, description: string): Metric {
  return metric(family({ name: names.instrumentationCounter[name], unit: '1' }, 'counter', description))
}

function selfCounter(
  metric: Metric,
  createdAt: number,
  labels: Record<string, string>,
  label: string | undefined,
  outcomes: readonly string[],
): CounterAccumulator {
  // The outcomes come from this package, never from the application: there is nothing to check.
  const series = { labels: labelSet(labels), createdAt, slowPath: () => {} }
  const counter = new CounterAccumulator(
    series,
    new Float64Array(outcomes.length + 1),
    0,
    countedOutcomes(label, outcomes),
  )
  metric.add(counter)
  return counter
}

/** When counts began, in Unix seconds, and how many seconds ago by a monotonic clock. */
export interface ProcessAge {
  readonly startedAt: number
  readonly uptime: () => number
}

/** The age of this process. */
export function ageOfProcess(): ProcessAge {
  const uptime = () => process.uptime()
  return { startedAt: Date.now() / 1_000 - uptime(), uptime }
}

/**
 * The gauges with the start of the process, in Unix seconds, and its uptime. With them the rules count the first
 * operations of a new process, which Prometheus sees only when their series begins. The start tells a restart, and the
 * uptime, which comes from a monotonic clock, tells a young process where clocks are wrong.
 */
export function processAge(createdAt: number, { startedAt, uptime }: ProcessAge): readonly Metric[] {
  return [
    selfGauge(
      family(names.otelProcessStart, 'gauge', 'Start of the process, as Unix time'),
      createdAt,
      () => startedAt,
    ),
    selfGauge(
      family(names.otelProcessUptime, 'gauge', 'Time since the start of the process'),
      createdAt,
      uptime,
    ),
  ]
}

/** The gauge `target_info` with facts about the service, as in the OpenTelemetry specification for Prometheus. */
export function targetInfo(resource: Readonly<Record<string, string>>, createdAt: number): Metric {
  return selfGauge(
    family({ name: 'target.info', unit: '' }, 'gauge', 'Target metadata'),
    createdAt,
    () => 1,
    resource,
  )
}

function selfGauge(
  family: Family,
  createdAt: number,
  read: ReadValue,
  labels: Readonly<Record<string, string>> = {},
): Metric {
  const series = { labels: labelSet(labels), createdAt, slowPath: () => {} }
  const gauge = new GaugeAccumulator(series, false, (value) => value as number)
  gauge.observe(read)
  const own = metric(family)
  own.add(gauge)
  return own
}
