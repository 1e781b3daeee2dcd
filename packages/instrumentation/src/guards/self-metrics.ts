import { type Kpi, names, type RefusalReason } from '@mnemoscope/kpi'
import { CounterAccumulator, countedOutcomes } from '../accumulator/counter.js'
import { family } from '../metric/family.js'
import { labelSet } from '../metric/label-set.js'
import { type Metric, metric } from '../metric/metric.js'

/** Labels that can need repair. */
export type RepairableLabel = 'model' | 'context_size' | 'operation'

/** What the instrumentation counts about itself. */
export interface SelfMetrics {
  readonly metrics: readonly Metric[]
  refused(kpi: Kpi, reason: RefusalReason): void
  /** A measurement of a KPI that the configuration does not have. */
  refusedUnknown(): void
  overflowed(): void
  repaired(label: RepairableLabel): void
  /** Measurements that could not be sent to the recorder. */
  dropped(count: number): void
}

/** The counters of refusals, overflows and repairs, every series of them at 0 from the start. */
export function selfMetrics(kpis: readonly Kpi[], born: number): SelfMetrics {
  const refusals = selfMetric('refusals', 'Measurements refused because the KPI can not have such a value.')
  const refusalsOf = new Map(
    kpis.map((kpi) => [
      kpi.id,
      selfCounter(refusals, born, { [names.label.kpi]: kpi.id }, names.label.reason, possibleRefusals(kpi)),
    ]),
  )
  const unknown = selfCounter(
    refusals,
    born,
    { [names.label.kpi]: names.standIn.unknown },
    names.label.reason,
    ['unknown_kpi'],
  )
  const overflows = selfMetric('overflows', 'Label sets folded into the overflow series: too many at once.')
  const overflowed = selfCounter(overflows, born, {}, undefined, ['overflow'])
  const repairs = selfMetric('repairs', 'Labels that were no usable text and were replaced or mended.')
  const repaired = selfCounter(repairs, born, {}, 'label', ['model', 'context_size', 'operation'])
  const drops = selfMetric('drops', 'Single measurements that could not be sent to the recorder.')
  const dropped = selfCounter(drops, born, {}, undefined, ['drop'])
  return {
    metrics: [refusals, overflows, repairs, drops],
    refused: (kpi, reason) => refusalsOf.get(kpi.id)?.add(reason),
    refusedUnknown: () => unknown.add('unknown_kpi'),
    overflowed: () => overflowed.add('overflow'),
    repaired: (label) => repaired.add(label),
    dropped: (count) => dropped.addAt(0, count),
  }
}

/** The reasons for which a KPI can refuse a value at all. */
function possibleRefusals(kpi: Kpi): RefusalReason[] {
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
  born: number,
  labels: Record<string, string>,
  label: string | undefined,
  outcomes: readonly string[],
): CounterAccumulator {
  // Its outcomes are ours, never the application's, so nothing about it can be unusual.
  const series = { labels: labelSet(labels), born, unusual: () => {} }
  const counter = new CounterAccumulator(
    series,
    new Float64Array(outcomes.length + 1),
    0,
    countedOutcomes(label, outcomes),
  )
  metric.join(counter)
  return counter
}
