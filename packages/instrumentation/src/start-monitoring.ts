import { type Config, defineConfig, names, refusalOf } from '@mnemoscope/kpi'
import { type Endpoint, serveEndpoint } from './exposition/endpoint.js'
import { render } from './exposition/render.js'
import { requestHandler } from './exposition/request-handler.js'
import { selfMetrics } from './guards/self-metrics.js'
import { warnOnce, warnThroughProcess } from './guards/warn-once.js'
import { attention } from './handle/attention.js'
import { handleRegistry } from './handle/handle-registry.js'
import type { DeclaredOf, Handle } from './handle/handle-types.js'
import { kpiMetric } from './handle/kpi-metric.js'
import { type Collection, collection } from './metric/collection.js'
import type { Metric } from './metric/metric.js'
import { targetInfo } from './metric/target-info.js'
import type { Monitor } from './monitor.js'
import type { MonitoringOptions } from './options.js'
import { deltaReaders } from './producer/delta-reader.js'
import { metricProducer } from './producer/metric-producer.js'
import { resourceAttributes } from './resource.js'

/**
 * Starts to observe a service: metrics for Prometheus at `http://host:port/metrics`, and for OpenTelemetry's readers.
 * @throws MnemoscopeError PORT_IN_USE
 */
export async function startMonitoring<C extends Config = Config<unknown>>(
  options: MonitoringOptions<C>,
): Promise<Monitor<C>> {
  const { service, host = '127.0.0.1', port = 9464, endpoint = true, now = Date.now } = options
  const config: Config = options.config ?? defineConfig()
  const born = now()
  const warn = warnOnce(options.onWarning ?? warnThroughProcess)

  const kpis = Object.values(config.kpis)
  const self = selfMetrics(kpis, born)
  const kpiMetrics = kpis.map((kpi) =>
    kpiMetric(kpi, (kpi, value) => {
      const refusal = refusalOf(kpi, value)
      if (refusal !== undefined) self.refused(kpi, refusal)
      return refusal === undefined
    }),
  )
  const watch = attention(self, warn, () => registry.calm())
  const registry = handleRegistry({
    config,
    kpis: kpiMetrics,
    attention: watch,
    self,
    warn,
    now,
    clock: options.clock ?? (() => performance.now()),
  })

  const info = targetInfo(resourceAttributes(service, options.resource), born)
  const metrics: readonly Metric[] = [...kpiMetrics.map(({ metric }) => metric), ...self.metrics]
  const fallbacks = {
    [names.otelMetric(config.kpis.memory_usage).name]: () => process.memoryUsage.rss(),
  }
  function collect(): Collection {
    const at = now()
    registry.sweep(at)
    return collection(at, fallbacks)
  }

  const handle = requestHandler((to) => render([info, ...metrics], collect(), to))
  const deltaReader = deltaReaders()
  const server: Endpoint | undefined = endpoint ? await serveEndpoint(host, port, handle) : undefined
  let stopped: Promise<void> | undefined

  return {
    config: config as C,
    url: server?.url,
    for: (labels) => registry.resolve(labels).handle as Handle<DeclaredOf<C>>,
    requestHandler: handle,
    metricProducer: ({ temporality = 'cumulative', names = 'opentelemetry' } = {}) =>
      metricProducer(() => metrics, collect, temporality === 'delta' ? deltaReader() : undefined, names),
    stop() {
      stopped ??= Promise.resolve(server?.close())
      return stopped
    },
  }
}
