import { AsyncLocalStorage } from 'node:async_hooks'
import type { names } from '@mnemoscope/kpi'

/** Traffic that is not the application's real traffic. */
export type ArtificialTraffic = (typeof names.artificialTraffic)[number]

const key = Symbol.for('@mnemoscope/instrumentation.traffic')
const shared = globalThis as { [key]?: AsyncLocalStorage<ArtificialTraffic> }

shared[key] ??= new AsyncLocalStorage<ArtificialTraffic>()

/**
 * Holds the kind of traffic that the running code answers; undefined for real traffic. The process has one such storage:
 * an application can load the package twice, as ES module and as CommonJS, and can ask the copy that does not run the
 * probe.
 */
export const traffic = shared[key]

/** Whether the running code answers a probe, so that an application can separate its own traffic. */
export function isProbe(): boolean {
  return traffic.getStore() === 'probe'
}

/**
 * Runs a benchmark: adapters record the calls in it, also in what it awaits, as operations such as `benchmark_search`.
 * @returns the result of the function
 */
export function asBenchmark<Result>(run: () => Result): Result {
  return traffic.run('benchmark', run)
}

/** The operation to record a call with: that of a probe or a benchmark is separate, `probe_search` for `search`. */
export function operationInTraffic(operation: string): string {
  const kind = traffic.getStore()
  return kind === undefined ? operation : `${kind}_${operation}`
}
