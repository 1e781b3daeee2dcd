import { AsyncLocalStorage } from 'node:async_hooks'

const key = Symbol.for('@mnemoscope/instrumentation.probing')
const shared = globalThis as { [key]?: AsyncLocalStorage<true> }

shared[key] ??= new AsyncLocalStorage<true>()

/**
 * Holds true while a probe runs. The process has one such storage: an application can load the package twice, as ES
 * module and as CommonJS, and can ask the copy that does not run the probe.
 */
export const probing = shared[key]

/** Whether the running code answers a probe, so that an application can separate its own traffic. */
export function isProbe(): boolean {
  return probing.getStore() === true
}
