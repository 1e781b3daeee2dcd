import { type Kpi, names, type RefusalReason } from '@mnemoscope/kpi'
import { CounterAccumulator, countedOutcomes } from './counter.js'
import { GaugeAccumulator } from './gauge.js'
import { family, type Metric, metric } from './metric.js'
import { labelSet } from './series.js'

/** Labels that can be invalid. */
export type RepairableLabel = 'model' | 'context_size' | 'operation'

/** What the instrumentation counts about its work. */
export interface SelfMetrics {
  readonly metrics: readonly Metric[]
  refused(kpi: Kpi, reason: RefusalReason): void
  /** Counts a measurement of a KPI that is not in the configuration. */
  refusedUnknown(): void
  overflowed(): void
  repaired(label: RepairableLabel): void
  /** Counts measurements that could not be sent to the recorder. */
  dropped(count: number): void
}

/** The counters of refusals, overflows, repairs and drops. Each series exists from the start, at 0. */
export function selfMetrics(kpis: readonly Kpi[], createdAt: number): SelfMetrics {
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
  return {
    metrics: [refusals, overflows, repairs, drops],
    refused: (kpi, reason) => refusalsOf.get(kpi.id)?.add(reason),
    refusedUnknown: () => unknown.add('unknown_kpi'),
    overflowed: () => overflowed.add('overflow'),
    repaired: (label) => repaired.add(label),
    dropped: (count) => dropped.addAt(0, count),
  }
}

/** The reasons that apply to a KPI. */
function refusalReasonsOf(kpi: Kpi): RefusalReason[] {
  const ofLabels: RefusalReason[] = Object.keys(kpi.labels).length > 0 ? ['unknown_label'] : []
  if (kpi.outcomes !== undefined) return ['unknown_outcome', ...ofLabels]
  const ofNumbers: RefusalReason[] = ['not_a_number', 'not_finite', 'out_of_range']
  return [...ofNumbers, ...(kpi.range.integer ? (['not_an_integer'] as const) : []), ...ofLabels]
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

/**
 * The gauge with the start of this process, in Unix seconds. With it the rules count the first operations of a new
 * process, which Prometheus sees only when their series begins.
 */
export function processStart(createdAt: number): Metric {
  const start = metric(family(names.otelProcessStart, 'gauge', 'Start of the process, as Unix time'))
  const gauge = new GaugeAccumulator(
    { labels: labelSet({}), createdAt, slowPath: () => {} },
    true,
    () => true,
  )
  gauge.add(Date.now() / 1_000 - process.uptime())
  start.add(gauge)
  return start
}

/** The gauge `target_info` with facts about the service, as in the OpenTelemetry specification for Prometheus. */
export function targetInfo(resource: Readonly<Record<string, string>>, createdAt: number): Metric {
  const info = metric(family({ name: 'target.info', unit: '' }, 'gauge', 'Target metadata'))
  const gauge = new GaugeAccumulator(
    { labels: labelSet(resource), createdAt, slowPath: () => {} },
    true,
    () => true,
  )
  gauge.add(1)
  info.add(gauge)
  return info
}
