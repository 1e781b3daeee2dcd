import { type Config, names, refusalOf } from '@mnemoscope/kpi'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import { type SelfMetrics, selfMetrics } from './guards/self-metrics.js'
import { type WarningHandler, warnOnce, warnThroughProcess } from './guards/warn-once.js'
import { type Attention, attention } from './handle/attention.js'
import { type HandleRegistry, handleRegistry } from './handle/handle-registry.js'
import { type KpiMetric, kpiMetric } from './handle/kpi-metric.js'
import { type Collection, collection } from './metric/collection.js'
import type { Metric } from './metric/metric.js'
import { processStart } from './metric/process-start.js'
import type { MonitoringOptions } from './options.js'
import { deltaReaders } from './producer/delta-reader.js'
import { type MetricProducerOptions, metricProducer } from './producer/metric-producer.js'

/** Where measurements go in, and what there is to collect. */
export interface Core {
  readonly registry: HandleRegistry
  readonly attention: Attention
  readonly kpis: readonly KpiMetric[]
  /** All metrics, in the order they are written; more may be added. */
  readonly metrics: Metric[]
  readonly self: SelfMetrics
  readonly warn: WarningHandler
  readonly now: () => number
  /** The application's monotonic time in milliseconds; it may throw. */
  readonly clock: () => number
  /** The same, which does not throw. */
  readonly elapsed: () => number
  /** Called at each collection with the time of `elapsed`; more may be added. */
  readonly sweeps: ((at: number) => void)[]
  /** Milliseconds since the epoch when the monitor started. */
  readonly born: number
  /** Begins a collection. */
  collect(): Collection
  metricProducer(options?: MetricProducerOptions): MetricProducer
}

/** The monitor without its exits. */
export function monitoringCore(config: Config, options: Omit<MonitoringOptions<Config>, 'config'>): Core {
  const now = guarded(options.now ?? Date.now, Date.now)
  const clock = options.clock ?? (() => performance.now())
  const elapsed = monotonic(clock)
  const warn = warnOnce(options.onWarning ?? warnThroughProcess)
  const born = now()
  const self = selfMetrics(Object.values(config.kpis), born)
  const kpis = Object.values(config.kpis).map((kpi) =>
    kpiMetric(kpi, (kpi, value) => {
      const refusal = refusalOf(kpi, value)
      if (refusal !== undefined) self.refused(kpi, refusal)
      return refusal === undefined
    }),
  )
  const watch = attention(self, warn, () => registry.calm())
  const registry = handleRegistry({ config, kpis, attention: watch, self, warn, now, clock, elapsed })
  const metrics = [...kpis.map(({ metric }) => metric), ...self.metrics, processStart(born)]
  const deltaReader = deltaReaders()
  const fallbacks = {
    [names.otelMetric(config.kpis.memory_usage).name]: () => process.memoryUsage.rss(),
  }

  const sweeps = [registry.sweep]

  function collect(): Collection {
    const at = elapsed()
    for (const sweep of sweeps) sweep(at)
    return collection(now(), fallbacks)
  }

  return {
    registry,
    attention: watch,
    kpis,
    metrics,
    self,
    warn,
    now,
    clock,
    elapsed,
    sweeps,
    born,
    collect,
    metricProducer: ({ temporality = 'cumulative', names = 'opentelemetry' } = {}) =>
      metricProducer(() => metrics, collect, temporality === 'delta' ? deltaReader() : undefined, names),
  }
}

/** A clock that can't fail: while the application's throws, or gives no time, another is read. */
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

/** A clock that stands still while the application's fails. */
function monotonic(clock: () => number): () => number {
  let last = 0
  const read = guarded(clock, () => last)
  return () => {
    last = read()
    return last
  }
}
