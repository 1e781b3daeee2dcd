import { type Config, defineConfig, durationSeconds } from '@mnemoscope/kpi'
import { monitoringCore } from './core.js'
import { openExits } from './exits.js'
import { exposition } from './exposition/exposition.js'
import { requestHandler } from './exposition/request-handler.js'
import type { DeclaredOf, Handle, HandleLabels } from './handle/handle-types.js'
import { measured } from './handle/measured.js'
import { integrations } from './integrations/integrations.js'
import { targetInfo } from './metric/target-info.js'
import type { Monitor } from './monitor.js'
import type { MonitoringOptions } from './options.js'
import { probes } from './probe/probes.js'
import { breachWatcher } from './reactions/breaches.js'
import { measurementWatcher } from './reactions/measurements.js'
import { followSwitches } from './remote-config/follow-switches.js'
import { resourceAttributes } from './resource.js'

/**
 * Starts to observe a service: metrics for Prometheus at `http://host:port/metrics`, for OpenTelemetry's readers, and
 * over OTLP.
 * @throws MnemoscopeError PORT_IN_USE
 */
export async function startMonitoring<C extends Config = Config<unknown>>(
  options: MonitoringOptions<C>,
): Promise<Monitor<C>> {
  const config: Config = options.config ?? defineConfig()
  const core = monitoringCore(config, options)
  const { attention, now, elapsed, warn } = core
  const resource = resourceAttributes(options.service, options.resource)
  const resolve = (labels: HandleLabels) => core.registry.resolve(labels).handle
  const probing = probes(resolve, warn)

  const { sources = [] } = options
  const info = targetInfo(resource, core.born)
  const handle = requestHandler(exposition(() => [info, ...core.metrics], core.collect, sources, warn))
  const taken = integrations(config.integrations, resolve, warn)
  const exits = await openExits(options, config, core, resource, handle)
  const followed =
    options.recorder === undefined
      ? undefined
      : followSwitches({ recorder: options.recorder, first: taken.switches, onChange: taken.switch })
  let stopped: Promise<void> | undefined

  return {
    config: config as C,
    url: exits.url,
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
    integrations: taken,
    onBreach(level, handler) {
      const cooldownMilliseconds = durationSeconds(config.instrumentation.breachCooldown) * 1_000
      return attention.watch(breachWatcher({ level, handler, cooldownMilliseconds, now, elapsed, warn }))
    },
    onMeasurement: (handler) => attention.watch(measurementWatcher(handler, now, warn)),
    probe: probing.start,
    requestHandler: handle,
    metricProducer: core.metricProducer,
    stop() {
      followed?.stop()
      probing.stop()
      stopped ??= exits.stop()
      return stopped
    },
  }
}
