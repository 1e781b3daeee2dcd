import { type Config, countedValue, names, refusalOf } from '@mnemoscope/kpi'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import { type KpiMetric, kpiMetric } from './accumulate/kpi-metric.js'
import { type Collection, collection, type Metric } from './accumulate/metric.js'
import {
  ageOfProcess,
  type ProcessAge,
  processAge,
  type SelfMetrics,
  selfMetrics,
} from './accumulate/self-metrics.js'
import { type Warn, warnOnce, warnThroughProcess } from './guards/warnings.js'
import { deltaReaders } from './opentelemetry/delta-reader.js'
import {
  type MetricProducerOptions,
  metricProducer,
  type Temporality,
} from './opentelemetry/metric-producer.js'
import type { MonitoringOptions } from './options.js'
import { type MeasurementProcessor, measurementProcessor } from './record/processor.js'
import { type HandleRegistry, handleRegistry } from './record/registry.js'
import { type ThresholdsInUse, thresholdsInUse } from './record/thresholds-in-use.js'

/** The parts of a monitor that record and collect. */
export interface Core {
  readonly registry: HandleRegistry
  readonly processor: MeasurementProcessor
  readonly thresholds: ThresholdsInUse
  readonly kpis: readonly KpiMetric[]
  /** All metrics, in the order of the exposition. More can be added. */
  readonly metrics: Metric[]
  readonly self: SelfMetrics
  readonly warn: Warn
  readonly now: () => number
  /** Monotonic milliseconds, by the application's clock. It can throw. */
  readonly clock: () => number
  /** The same without errors. */
  readonly elapsed: () => number
  /** Called at each collection with the time of `elapsed`. More can be added. */
  readonly sweeps: ((at: number) => void)[]
  /** Start of the monitor, in milliseconds since the epoch. */
  readonly createdAt: number
  readonly age: ProcessAge
  /** Begins a collection. */
  collect(): Collection
  metricProducer(options?: MetricProducerOptions): MetricProducer
  /** A producer for a push. What it gave is given again with the next collection, until it has arrived. */
  pushed(temporality: Temporality): PushedMetrics
}

/** Metrics for a push that says what became of them. */
export interface PushedMetrics {
  readonly producer: MetricProducer
  arrived(): void
  lost(): void
}

/** A monitor without its outputs. */
export function monitoringCore(config: Config, options: Omit<MonitoringOptions<Config>, 'config'>): Core {
  const read = guarded(options.now ?? Date.now, Date.now)
  let latest = Number.NEGATIVE_INFINITY
  const now = () => {
    const at = read()
    if (at > latest) latest = at
    return at
  }
  const clock = options.clock ?? (() => performance.now())
  const elapsed = monotonic(clock)
  const warn = warnOnce(options.onWarning ?? warnThroughProcess)
  const createdAt = now()
  const age = ageOfProcess()
  const self = selfMetrics(Object.values(config.kpis), createdAt, warn)
  const kpis = Object.values(config.kpis).map((kpi) =>
    kpiMetric(kpi, (kpi, value) => {
      const refusal = refusalOf(kpi, value)
      if (refusal === undefined) return countedValue(kpi, value as number)
      self.refused(kpi, refusal, value)
      return undefined
    }),
  )
  const processor = measurementProcessor(self, warn, () => registry.updateFastRanges())
  const thresholds = thresholdsInUse(() => registry.updateFastRanges())
  const registry = handleRegistry({ config, kpis, processor, self, warn, now, clock, elapsed })
  const metrics = [...kpis.map(({ metric }) => metric), ...self.metrics, ...processAge(createdAt, age)]
  const readers = deltaReaders()
  const fallbacks = {
    [names.otelMetric(config.kpis.memory_usage).name]: () => process.memoryUsage.rss(),
  }

  const sweeps = [registry.sweep]

  function collect(): Collection {
    const at = elapsed()
    for (const sweep of sweeps) sweep(at)
    const time = now()
    if (time < latest) startBy(time)
    return collection(time, fallbacks)
  }

  /** The clock was set back: no point may end before it starts. */
  function startBy(time: number): void {
    latest = time
    for (const { series } of metrics) {
      for (const { series: each } of series) each.createdAt = Math.min(each.createdAt, time)
    }
  }

  return {
    registry,
    processor,
    thresholds,
    kpis,
    metrics,
    self,
    warn,
    now,
    clock,
    elapsed,
    sweeps,
    createdAt,
    age,
    collect,
    metricProducer: ({ temporality = 'cumulative', names = 'opentelemetry' } = {}) =>
      metricProducer(() => metrics, collect, temporality === 'delta' ? readers.plain() : undefined, names),
    pushed(temporality) {
      // Cumulative totals hold what was lost anyway.
      const reader = temporality === 'delta' ? readers.retrying() : undefined
      return {
        producer: metricProducer(() => metrics, collect, reader, 'opentelemetry'),
        arrived: () => reader?.arrived(),
        lost: () => reader?.lost(),
      }
    },
  }
}

/** A clock that can't fail: another one is read while the application's clock throws or gives no number. */
function guarded(read: () => number, otherwise: () => number): () => number {
  return () => {
    try {
      const at = read()
      return Number.isFinite(at) ? at : otherwise()
    } catch {
      return otherwise()
    }
  }
}

/** A clock that stands still while the application's clock fails. */
function monotonic(clock: () => number): () => number {
  let last = 0
  const read = guarded(clock, () => last)
  return () => {
    last = read()
    return last
  }
}
