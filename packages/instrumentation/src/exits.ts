import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type { Core } from './core.js'
import { serveEndpoint } from './exposition/endpoint.js'
import { exemplarWatcher } from './exposition/exemplars.js'
import type { RequestHandler } from './exposition/request-handler.js'
import { genAi, genAiOptions } from './genai/gen-ai.js'
import { type JoinedMeterProvider, joinMeterProvider } from './joining/meter-provider.js'
import { logsHeaders } from './measurements/logs-headers.js'
import { sendMeasurements } from './measurements/send-measurements.js'
import type { MonitoringOptions } from './options.js'
import { otherProtocol, otlpSettings } from './otlp/otlp-options.js'
import { startOtlpPush } from './otlp/otlp-push.js'

/** The ways by which metrics leave the process. */
export interface Exits {
  /** Address of the endpoint; undefined without one. */
  readonly url: string | undefined
  /** Pushes a last time and closes them all. */
  stop(): Promise<void>
}

/**
 * Opens the exits that the options ask for. Where one can't be opened, none stays open.
 * @throws MnemoscopeError PORT_IN_USE; USAGE where metrics or measurements can't be sent as told
 */
export async function openExits(
  options: Omit<MonitoringOptions<Config>, 'config'>,
  config: Config,
  core: Core,
  resource: Readonly<Record<string, string>>,
  handler: RequestHandler,
): Promise<Exits> {
  const { host = '127.0.0.1', port = 9464, endpoint = true } = options
  const closing: (() => Promise<void> | void)[] = []
  try {
    const server = endpoint ? await serveEndpoint(host, port, handler) : undefined
    if (server !== undefined) closing.push(server.close)
    if (options.exemplars === true) core.attention.watch(exemplarWatcher(core.now))

    const joined =
      options.meterProvider && joinMeterProvider(options.meterProvider, core.metrics, core.kpis, core.collect)
    if (joined !== undefined) {
      core.attention.watch(joined.watcher)
      closing.push(joined.leave)
    }
    addGenAi(options.genAi, config, core, joined?.histogram)

    const settings = otlpSettings(options.otlp, process.env)
    if (settings !== undefined) {
      warnOfProtocol(core)
      const producer = core.metricProducer({ temporality: settings.temporality })
      closing.push((await startOtlpPush(settings, producer, resource)).stop)
    }
    const { recorder } = options
    if (recorder !== undefined) {
      const headers = logsHeaders(options.measurements?.token, process.env)
      const { dropped } = core.self
      closing.push(sendMeasurements({ ...core, recorder, headers, config, resource, dropped }).stop)
    }
    return {
      url: server?.url,
      stop: () => closeAll(closing),
    }
  } catch (error) {
    await closeAll(closing).catch(() => undefined)
    throw error
  }
}

/** Closes all exits, also where one can't be: what waits in the others is still sent. Then rejects with its error. */
async function closeAll(closing: readonly (() => Promise<void> | void)[]): Promise<void> {
  const closed = await Promise.allSettled(closing.map(async (close) => close()))
  const failed = closed.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function addGenAi(
  given: MonitoringOptions<Config>['genAi'],
  config: Config,
  core: Core,
  passOn: JoinedMeterProvider['histogram'] | undefined,
): void {
  const wanted = genAiOptions(given, process.env)
  if (wanted === undefined) return
  const { maxSeries, evictAfter } = config.instrumentation
  const { metrics, watcher, sweep } = genAi(wanted, {
    maxSeries,
    evictAfter: durationSeconds(evictAfter) * 1_000,
    now: core.now,
    elapsed: core.elapsed,
    passOn,
    overflowed() {
      core.self.overflowed()
      core.warn({
        code: 'CARDINALITY_LIMIT',
        message:
          `${maxSeries} combinations of model and operation have series of GenAI; further ones share one. Check that ` +
          'genAi.operation gives a few words, never an id, or raise instrumentation.maxSeries.',
      })
    },
  })
  core.metrics.push(...metrics)
  core.sweeps.push(sweep)
  core.attention.watch(watcher)
}

function warnOfProtocol({ warn }: Core): void {
  const protocol = otherProtocol(process.env)
  if (protocol === undefined) return
  warn({
    code: 'OTLP_PROTOCOL',
    message:
      `The environment asks for OTLP as ${protocol}; JSON over HTTP is sent. Give a receiver of OTLP over HTTP, ` +
      'or let a reader of your own with its exporter push monitor.metricProducer().',
  })
}
