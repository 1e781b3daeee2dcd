import { type Config, configHash } from '@mnemoscope/kpi'
import { warnThroughProcess } from './guards/warnings.js'
import type { Monitor } from './monitor.js'
import type { MonitoringOptions } from './options.js'
import { addressOf } from './outputs.js'

/** A monitor that runs in this process. */
interface Running {
  readonly service: string
  readonly config: string | undefined
  readonly monitor: Promise<Monitor<Config>>
}

/**
 * The running monitors by address. They are the process's, not the module's: bundlers and hot reloads load a module
 * several times, as ES module and as CommonJS.
 */
const key = Symbol.for('@mnemoscope/instrumentation/running')
const shared = globalThis as { [key]?: Map<string, Running> }

/**
 * Starts a monitor, or gives the one of the same service that has this port in this process already. Without an endpoint,
 * and with port 0, each call starts one.
 * @throws what `start` throws, also to those who waited for the same monitor
 */
export async function oncePerPort<C extends Config>(
  options: MonitoringOptions<C>,
  start: () => Promise<Monitor<C>>,
): Promise<Monitor<C>> {
  const { host, port } = addressOf(options)
  if (options.endpoint === false || port === 0) return start()
  shared[key] ??= new Map()
  const running = shared[key]
  const address = `${host}:${port}`
  const config = options.config && configHash(options.config)
  const known = running.get(address)
  if (known?.service === options.service) {
    if (known.config !== config)
      (options.onWarning ?? warnThroughProcess)(otherConfig(address, options.service))
    return known.monitor as Promise<Monitor<C>>
  }
  const monitor = start()
  if (known === undefined) {
    running.set(address, {
      service: options.service,
      config,
      monitor: monitor as Promise<unknown> as Promise<Monitor<Config>>,
    })
  }
  const forget = () => {
    if (running.get(address)?.monitor === (monitor as unknown)) running.delete(address)
  }
  try {
    const started = await monitor
    const { stop } = started
    return Object.assign(started, {
      stop() {
        forget()
        return stop()
      },
    })
  } catch (error) {
    forget()
    throw error
  }
}

function otherConfig(address: string, service: string) {
  return {
    code: 'ALREADY_STARTED',
    message:
      `startMonitoring was called again for ${service} at ${address}, with another configuration. The monitor that runs ` +
      'goes on with its own. Call stop() before a start with another one.',
  } as const
}
