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
  readonly clock: () => number
  /** Milliseconds since the epoch when the monitor started. */
  readonly born: number
  /** Begins a collection. */
  collect(): Collection
  metricProducer(options?: MetricProducerOptions): MetricProducer
}

/** The monitor without its exits. */
export function monitoringCore(config: Config, options: Omit<MonitoringOptions<Config>, 'config'>): Core {
  const now = guarded(options.now ?? Date.now)
  const clock = options.clock ?? (() => performance.now())
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
  const registry = handleRegistry({ config, kpis, attention: watch, self, warn, now, clock })
  const metrics = [...kpis.map(({ metric }) => metric), ...self.metrics, processStart(born)]
  const deltaReader = deltaReaders()
  const fallbacks = {
    [names.otelMetric(config.kpis.memory_usage).name]: () => process.memoryUsage.rss(),
  }

  function collect(): Collection {
    const at = now()
    registry.sweep(at)
    return collection(at, fallbacks)
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
    born,
    collect,
    metricProducer: ({ temporality = 'cumulative', names = 'opentelemetry' } = {}) =>
      metricProducer(() => metrics, collect, temporality === 'delta' ? deltaReader() : undefined, names),
  }
}

/** A clock that can't fail: while the application's throws, or gives no time, the system's is read. */
function guarded(now: () => number): () => number {
  return () => {
    try {
      const at = now()
      return Number.isFinite(at) ? at : Date.now()
    } catch {
      return Date.now()
    }
  }
}
