import { type Config, certifiedFetch, clientCertificateIn, durationSeconds, names } from '@mnemoscope/kpi'
import type { Metric } from './accumulate/metric.js'
import type { Core } from './core.js'
import { serveEndpoint } from './exposition/endpoint.js'
import type { RequestHandler } from './exposition/request-handler.js'
import { genAi, genAiOptions } from './opentelemetry/gen-ai.js'
import { bridgeMeterProvider, type MeterProviderBridge } from './opentelemetry/meter-provider.js'
import { otherProtocol, otlpSettings, startOtlpPush } from './opentelemetry/otlp-push.js'
import { jobOf } from './opentelemetry/resource.js'
import type { MonitoringOptions } from './options.js'
import { agentThrough } from './proxy.js'
import { exemplarListener } from './record/exemplars.js'
import type { Integrations } from './record/integrations.js'
import { followSettings } from './recorder/follow-settings.js'
import { logsHeaders } from './recorder/send-logs.js'
import { sendMeasurements } from './recorder/send-measurements.js'
import { settingsOf } from './recorder/settings.js'
import { meetingPlace } from './siblings/meeting-place.js'
import { type Siblings, siblings } from './siblings/siblings.js'

/** Where the endpoint listens. */
export function addressOf({
  host = '127.0.0.1',
  port = 9464,
}: Pick<MonitoringOptions<Config>, 'host' | 'port'>): { readonly host: string; readonly port: number } {
  return { host, port }
}

/** The ways in which metrics and measurements leave the process. */
export interface Outputs {
  /** Address of the endpoint; undefined without an endpoint, and while its port can't be had. */
  readonly url: string | undefined
  /** What a scrape reads: the metrics of this process, or those of all that share its port. */
  metrics(): Iterable<Metric>
  /** Asks the processes that share the port what they have counted. Never rejects. */
  gather(): Promise<void>
  /** A scrape has what was gathered. */
  scraped(): void
  /** Pushes and sends now. Never rejects. */
  flush(): Promise<void>
  /** Pushes a last time and closes all outputs. */
  stop(): Promise<void>
}

/**
 * Opens the outputs of the options. If one of them can't be opened, all are closed.
 * @throws MnemoscopeError PORT_IN_USE if the endpoint is required; USAGE if the address or the token of an output is invalid;
 *   USAGE and FILE_UNUSABLE for a client certificate that is not complete or cannot be read
 */
export async function openOutputs(
  options: Omit<MonitoringOptions<Config>, 'config'>,
  config: Config,
  core: Core,
  resource: Readonly<Record<string, string>>,
  handler: RequestHandler,
  integrations: Integrations,
): Promise<Outputs> {
  const { endpoint = true, required = false, stopMilliseconds = 2_000 } = options
  const { host, port } = addressOf(options)
  const closing: (() => Promise<void> | void)[] = []
  const flushing: (() => Promise<void>)[] = []
  try {
    if (options.exemplars === true) core.processor.listen(exemplarListener(core.now))

    const bridge =
      options.meterProvider &&
      bridgeMeterProvider(options.meterProvider, core.metrics, core.kpis, core.collect)
    if (bridge !== undefined) {
      core.processor.listen(bridge.listener)
      closing.push(bridge.stop)
    }
    addGenAi(options.genAi, config, core, bridge?.histogram)

    // After all metrics are known: siblings share them.
    const { warn } = core
    const shared = endpoint && port !== 0 ? siblingsOf(options.service, config, core, host, port) : undefined
    const server = endpoint
      ? await serveEndpoint({
          host,
          port,
          handle: handler,
          required,
          warn,
          tls: options.tls,
          tokenFile: options.scrapeTokenFile,
          ...(shared && { siblings: shared }),
        })
      : undefined
    if (server !== undefined) closing.push(server.close)
    const settings = otlpSettings(options.otlp, process.env)
    if (settings !== undefined) {
      warnOfProtocol(core)
      const metrics = core.pushed(settings.temporality)
      const failed = core.self.pushFailed
      const push = await startOtlpPush({ settings, metrics, resource, warn, failed, stopMilliseconds })
      flushing.push(push.flush)
      closing.push(push.stop)
    }
    const { recorder } = options
    if (recorder !== undefined) {
      const headers = logsHeaders(options.measurements?.token, process.env)
      const { dropped } = core.self
      const fetch = certifiedFetch(clientCertificateIn(process.env), (url) => agentThrough(url, process.env))
      const sending = sendMeasurements({
        ...{ ...core, recorder, headers, config, resource, dropped, fetch },
        stopMilliseconds,
      })
      const followed = followSettings({
        ...{ recorder, headers, fetch, warn, service: jobOf(resource) },
        first: settingsOf({ integrations: integrations.switches, kpis: config.kpis }),
        onChange(settings) {
          integrations.switch(settings.integrations)
          core.thresholds.follow(settings.kpis)
        },
      })
      closing.push(followed.stop)
      flushing.push(sending.flush)
      closing.push(sending.stop)
    }
    return {
      get url() {
        return server?.url
      },
      metrics: () => shared?.metrics() ?? core.metrics,
      gather: async () => shared?.gather(),
      scraped: () => shared?.scraped(),
      flush: async () => {
        await Promise.all(flushing.map((flush) => flush()))
      },
      stop: () => closeAll(closing),
    }
  } catch (error) {
    await closeAll(closing).catch(() => undefined)
    throw error
  }
}

/** The other processes with this port; undefined where there is no place to meet them. */
function siblingsOf(
  service: string,
  config: Config,
  core: Core,
  host: string,
  port: number,
): Siblings | undefined {
  const directions = new Map(core.kpis.map(({ kpi, metric }) => [metric, kpi.direction]))
  const metrics = core.metrics
    .filter(({ family }) => !ofProcess.has(family.name))
    .map((metric) => ({ metric, direction: directions.get(metric) ?? ('lower_is_better' as const) }))
  const evictAfter = durationSeconds(config.instrumentation.evictAfter) * 1_000
  try {
    return siblings({
      ...core,
      service,
      place: meetingPlace(host, port),
      metrics,
      evictAfter,
      own: () => core.metrics,
    })
  } catch (error) {
    core.warn({
      code: 'SIBLING_REFUSED',
      message:
        `${error instanceof Error ? error.message : String(error)}: processes that share port ${port} cannot find one ` +
        'another, so only the first is scraped. Remove the folder, or set TMPDIR to one of this user.',
    })
    return undefined
  }
}

/** What each process says of itself alone. */
const ofProcess: ReadonlySet<string> = new Set([names.otelProcessStart.name, names.otelProcessUptime.name])

/** Closes all outputs, even if one of them fails: the others still send their data. Then rejects with that error. */
async function closeAll(closing: readonly (() => Promise<void> | void)[]): Promise<void> {
  const closed = await Promise.allSettled(closing.map(async (close) => close()))
  const failed = closed.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function addGenAi(
  given: MonitoringOptions<Config>['genAi'],
  config: Config,
  core: Core,
  forward: MeterProviderBridge['histogram'] | undefined,
): void {
  const wanted = genAiOptions(given, process.env)
  if (wanted === undefined) return
  const { maxSeries, evictAfter } = config.instrumentation
  const { metrics, listener, sweep } = genAi(wanted, {
    maxSeries,
    evictAfter: durationSeconds(evictAfter) * 1_000,
    now: core.now,
    elapsed: core.elapsed,
    forward,
    overflowed() {
      core.self.overflowed()
      core.warn({
        code: 'CARDINALITY_LIMIT',
        message:
          `${maxSeries} combinations of model and operation have GenAI series, which is the limit. New ones share one ` +
          'series. Check that genAi.operation returns a few words, never an id, or raise instrumentation.maxSeries.',
      })
    },
  })
  core.metrics.push(...metrics)
  core.sweeps.push(sweep)
  core.processor.listen(listener)
}

function warnOfProtocol({ warn }: Core): void {
  const protocol = otherProtocol(process.env)
  if (protocol === undefined) return
  warn({
    code: 'OTLP_PROTOCOL',
    message:
      `The environment asks for OTLP as ${protocol}, but only JSON over HTTP can be sent. Give the address of a receiver ` +
      'of OTLP over HTTP, or push monitor.metricProducer() with a reader and an exporter of the OpenTelemetry SDK.',
  })
}
