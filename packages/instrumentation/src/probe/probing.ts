import { AsyncLocalStorage } from 'node:async_hooks'

const key = Symbol.for('@mnemoscope/instrumentation.probing')
const shared = globalThis as { [key]?: AsyncLocalStorage<true> }

shared[key] ??= new AsyncLocalStorage<true>()

/**
 * Whether a probe is at work. One for the process: an application can have the package twice, as ES module and as
 * CommonJS, and its own code may ask the copy that runs no probe.
 */
export const probing = shared[key]
