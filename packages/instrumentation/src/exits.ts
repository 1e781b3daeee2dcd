import type { Config } from '@mnemoscope/kpi'
import type { Core } from './core.js'
import { serveEndpoint } from './exposition/endpoint.js'
import { exemplarWatcher } from './exposition/exemplars.js'
import type { RequestHandler } from './exposition/request-handler.js'
import { genAi, genAiOptions } from './genai/gen-ai.js'
import { joinMeterProvider } from './joining/meter-provider.js'
import { logsHeaders } from './measurements/logs-headers.js'
import { sendMeasurements } from './measurements/send-measurements.js'
import type { MonitoringOptions } from './options.js'
import { otlpSettings } from './otlp/otlp-options.js'
import { startOtlpPush } from './otlp/otlp-push.js'

/** The ways by which metrics leave the process. */
export interface Exits {
  /** Address of the endpoint; undefined without one. */
  readonly url: string | undefined
  /** Pushes a last time and closes them all. */
  stop(): Promise<void>
}

/**
 * Opens the exits that the options ask for.
 * @throws MnemoscopeError PORT_IN_USE, with nothing left open
 */
export async function openExits(
  options: Omit<MonitoringOptions<Config>, 'config'>,
  config: Config,
  core: Core,
  resource: Readonly<Record<string, string>>,
  handler: RequestHandler,
): Promise<Exits> {
  const { host = '127.0.0.1', port = 9464, endpoint = true } = options
  const server = endpoint ? await serveEndpoint(host, port, handler) : undefined

  if (options.exemplars === true) core.attention.watch(exemplarWatcher(core.now))
  const genAiWanted = genAiOptions(options.genAi, process.env)
  if (genAiWanted !== undefined) {
    const { metrics, watcher } = genAi(genAiWanted, config.instrumentation.maxSeries, core.now)
    core.metrics.push(...metrics)
    core.attention.watch(watcher)
  }
  const joined =
    options.meterProvider && joinMeterProvider(options.meterProvider, core.metrics, core.kpis, core.collect)
  if (joined !== undefined) core.attention.watch(joined.watcher)

  const settings = otlpSettings(options.otlp, process.env)
  const push =
    settings &&
    (await startOtlpPush(settings, core.metricProducer({ temporality: settings.temporality }), resource))

  const sender =
    options.recorder === undefined
      ? undefined
      : sendMeasurements({
          ...core,
          recorder: options.recorder,
          headers: logsHeaders(options.measurements?.token, process.env),
          config,
          resource,
          dropped: core.self.dropped,
        })

  return {
    url: server?.url,
    async stop() {
      joined?.leave()
      await Promise.all([push?.stop(), sender?.stop(), server?.close()])
    },
  }
}
