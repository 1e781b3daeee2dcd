import { readStore, type StoreHealth } from '@mnemoscope/evaluation'
import { durationSeconds, MnemoscopeError, storeKpis } from '@mnemoscope/kpi'
import { sleep } from '../guards/timers.js'
import { catchRejection, type Warn } from '../guards/warnings.js'
import type { GaugeRecorder, Handle, HandleLabels, OperationValues } from '../record/handle-types.js'
import { traffic } from '../record/traffic.js'
import type { StoreOptions, WatchedStore } from './store-options.js'
import { storeValues } from './store-values.js'

/** The stores that a monitor reads. */
export interface StoreSet {
  /** Starts to read a store; after `stop`, it is not read. */
  start(options: StoreOptions): WatchedStore
  stop(): void
}

export function storeSet(resolve: (labels: HandleLabels) => Handle, warn: Warn): StoreSet {
  const stopping = new AbortController()
  return {
    start: (options) => startStore(options, resolve, warn, stopping.signal),
    stop: () => stopping.abort(new Error('the monitor was stopped')),
  }
}

function startStore(
  options: StoreOptions,
  resolve: (labels: HandleLabels) => Handle,
  warn: Warn,
  stopped: AbortSignal,
): WatchedStore {
  const { labels, entries, every, onReading, ...how } = options
  checkStore(options)
  const handle = resolve({ operation: 'audit', ...labels })
  checkDeclared(handle)
  const everyMilliseconds = durationSeconds(every) * 1_000
  const stopping = new AbortController()
  const signal = AbortSignal.any([stopping.signal, stopped])
  const shown = new ShownValues(handle)
  let isSearched = how.secrets ?? true
  let underWay: Promise<StoreHealth | undefined> | undefined

  const failed = (what: string, error: unknown) =>
    warn({ code: 'HOOK_FAILED', message: `${what}: ${error instanceof Error ? error.message : error}` }, what)

  async function readOnce(): Promise<StoreHealth | undefined> {
    const onError = (error: unknown) =>
      failed('A store could not be read at once, and the reading goes on', error)
    try {
      return await readStore(entries, { ...how, secrets: isSearched, signal, onError, keepAlive: false })
    } catch (error) {
      if (signal.aborted) return undefined
      if (!(isSearched && error instanceof MnemoscopeError && error.code === 'TOOL_MISSING')) {
        failed('A store cannot be read', error)
        return undefined
      }
      failed('Secrets in a store stay unknown', new Error(`${error.message}. ${error.next}`))
      isSearched = false
      return readOnce()
    }
  }

  async function readAndRecord(): Promise<StoreHealth | undefined> {
    const health = await readOnce()
    if (health === undefined) return undefined
    // One reading may fail before the values are unknown.
    shown.record(health, 2 * (everyMilliseconds + health.seconds * 1_000))
    const hookFailed = (error: unknown) => failed("A store's onReading failed", error)
    try {
      catchRejection(onReading?.(health), hookFailed)
    } catch (error) {
      hookFailed(error)
    }
    return health
  }

  function read(): Promise<StoreHealth | undefined> {
    underWay ??= traffic.run('probe', readAndRecord).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  async function repeat(): Promise<void> {
    // The caller may go on first.
    await sleep(0, signal)
    while (!signal.aborted) {
      const due = performance.now() + everyMilliseconds
      await read()
      await sleep(Math.max(due - performance.now(), 0), signal)
    }
  }

  void repeat()
  return { read, stop: () => stopping.abort(new Error('the store is no longer read')) }
}

/** The values of the last reading, which stay until they are too old. */
class ShownValues {
  readonly #handle: Handle
  readonly #values = new Map<string, number>()
  readonly #observed = new Set<string>()
  #until = 0

  constructor(handle: Handle) {
    this.#handle = handle
  }

  record(health: StoreHealth, milliseconds: number): void {
    const known = storeValues(health).filter(({ kpi }) => Object.hasOwn(this.#handle, kpi))
    this.#values.clear()
    this.#until = performance.now() + milliseconds
    for (const { kpi, value, metadata } of known) {
      this.#values.set(kpi, value)
      this.#handle.operation({ [kpi]: value } as OperationValues, metadata)
      if (this.#observed.has(kpi)) continue
      this.#observed.add(kpi)
      const gauge = this.#handle[kpi as keyof Handle] as unknown as GaugeRecorder<unknown>
      gauge.observe(() => (performance.now() < this.#until ? this.#values.get(kpi) : undefined))
    }
  }
}

/** @throws MnemoscopeError USAGE for options that cannot be */
function checkStore({ entries, share = 0.05 }: StoreOptions): void {
  if (!(share > 0 && share <= 1)) {
    throw new MnemoscopeError('USAGE', 'the share of time for reading a store is out of range', {
      value: share,
      expected: 'a number above 0 and up to 1',
      next: 'Give the share as a fraction of the time, such as 0.05, or omit it.',
    })
  }
  const isIterator = typeof entries === 'object' && entries !== null && 'next' in entries
  if (isIterator || (typeof entries !== 'function' && typeof entries !== 'object')) {
    throw new MnemoscopeError('USAGE', 'the entries of a store can be read only once, or not at all', {
      value: entries,
      expected: 'a function that returns an iterable of entries, or an iterable that can be read again',
      next: 'Give the function that makes the iterable: entries: () => readEntries().',
    })
  }
}

function checkDeclared(handle: Handle): void {
  if (Object.keys(storeKpis).some((id) => Object.hasOwn(handle, id))) return
  throw new MnemoscopeError('USAGE', 'the configuration has no KPIs of a store', {
    expected: 'kpis: { ...storeKpis }',
    next: 'Declare storeKpis of @mnemoscope/kpi in the configuration, and pass it to startMonitoring.',
  })
}
