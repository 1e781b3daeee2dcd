import cluster from 'node:cluster'
import { type Config, defineConfig, durationSeconds, MnemoscopeError } from '@mnemoscope/kpi'
import { targetInfo } from './accumulate/self-metrics.js'
import { canarySet } from './canaries/canaries.js'
import { monitoringCore } from './core.js'
import { withEnvironment } from './environment.js'
import { metricsResponse } from './exposition/metrics-response.js'
import { exposition, type WriteExposition } from './exposition/render.js'
import { requestHandler } from './exposition/request-handler.js'
import { beforeExit } from './guards/before-exit.js'
import { warnThroughProcess } from './guards/warnings.js'
import type { Monitor } from './monitor.js'
import { oncePerPort } from './once-per-port.js'
import { resourceAttributes } from './opentelemetry/resource.js'
import type { MonitoringOptions } from './options.js'
import { type Outputs, openOutputs } from './outputs.js'
import { probes } from './probe/probe.js'
import type { DeclaredOf, Handle, HandleLabels } from './record/handle-types.js'
import { integrations } from './record/integrations.js'
import { breachListener, measurementListener } from './record/listeners.js'
import { measured } from './record/measured.js'
import { storeSet } from './store/store.js'

/**
 * Starts to measure a service. Its metrics are served to Prometheus at `http://host:port/metrics`, read by
 * OpenTelemetry readers, or pushed over OTLP, as the options say. A port that is taken does not fail it.
 * @throws MnemoscopeError PORT_IN_USE if the endpoint is `required`; USAGE if an address or a token of the options is invalid,
 *   or `config` does not come from `defineConfig`
 */
export function startMonitoring<C extends Config = Config<unknown>>(
  given: MonitoringOptions<C>,
): Promise<Monitor<C>> {
  const options = withEnvironment(given, process.env, given.onWarning ?? warnThroughProcess)
  return oncePerPort(options, () => start(options))
}

async function start<C extends Config>(options: MonitoringOptions<C>): Promise<Monitor<C>> {
  const config = completed(options.config)
  const core = monitoringCore(config, options)
  const { processor, now, warn } = core
  const resource = await resourceAttributes(options.service, options.resource)
  const resolve = (labels: HandleLabels) => core.registry.resolve(labels).handle
  const probing = probes(resolve, warn)
  const planted = canarySet(resolve, warn)
  const stores = storeSet(resolve, warn)

  const { sources = [] } = options
  const info = targetInfo(resource, core.createdAt)
  let served: Pick<Outputs, 'metrics' | 'gather' | 'scraped'> = {
    metrics: () => core.metrics,
    gather: async () => {},
    scraped() {},
  }
  const scrape = exposition(() => [info, ...served.metrics()], core.collect, sources, warn)
  const write: WriteExposition = async (to) => {
    if (options.endpoint === false && isWorker()) warn(oneOfSeveral)
    await served.gather()
    await scrape(to)
    if (!to.cancelled()) served.scraped()
  }
  const handle = requestHandler(write, warn)
  const results = integrations(config.integrations, resolve, warn)
  const outputs = await openOutputs(options, config, core, resource, handle, results)
  served = outputs
  let stopped: Promise<void> | undefined

  const stop = () => {
    forget()
    probing.stop()
    stores.stop()
    stopped ??= Promise.all([planted.stop(), outputs.stop()]).then(() => {})
    return stopped
  }
  // A script that ends by itself has nobody who stops it.
  const forget = beforeExit(() => void stop().catch(() => undefined))

  return {
    config: config as C,
    get url() {
      return outputs.url
    },
    for: (labels) => resolve(labels) as Handle<DeclaredOf<C>>,
    measured: (run, how) =>
      measured(
        run,
        how,
        (labels) => resolve(labels) as Handle<DeclaredOf<C>>,
        core.clock,
        (error) =>
          warn({ code: 'HOOK_FAILED', message: `A hook of a measured function failed: ${String(error)}` }),
      ),
    integrations: results,
    onBreach(level, handler) {
      const cooldownMilliseconds = durationSeconds(config.instrumentation.breachCooldown) * 1_000
      return processor.listen(breachListener({ ...core, level, handler, cooldownMilliseconds }))
    },
    onMeasurement: (handler) => processor.listen(measurementListener(handler, now, warn)),
    probe: probing.start,
    canaries: planted.start,
    store: stores.start,
    requestHandler: handle,
    metricsResponse: metricsResponse(write, warn),
    metricProducer: core.metricProducer,
    flush: outputs.flush,
    stop,
  }
}

/** A worker of node:cluster, or of PM2, which starts it as one of them or names it in its environment. */
function isWorker(): boolean {
  return cluster.isWorker || process.env.NODE_APP_INSTANCE !== undefined
}

const oneOfSeveral = {
  code: 'ONE_OF_SEVERAL',
  message:
    'A worker of a cluster answers a scrape at the port of the application. Each scrape reaches another worker, so the values ' +
    'that Prometheus computes are wrong. Leave the endpoint on, with the same port in all workers: one of them serves what all ' +
    'of them count.',
} as const

/** JavaScript lets one pass what was written, without the defaults. */
function completed(config: Config | undefined): Config {
  if (config === undefined) return defineConfig()
  if ('declared' in config) return config
  throw new MnemoscopeError('USAGE', 'the configuration of startMonitoring has no defaults', {
    value: Object.keys(config),
    expected: 'what defineConfig returns',
    next: 'Write config: defineConfig({ ... }), with defineConfig of @mnemoscope/kpi.',
  })
}
