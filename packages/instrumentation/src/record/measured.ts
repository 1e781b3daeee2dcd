import { catchRejection, isThenable } from '../guards/warnings.js'
import type { Handle, HandleLabels, Metadata, OperationValues } from './handle-types.js'
import { defaultOperation } from './registry.js'
import { operationInTraffic, traffic } from './traffic.js'

/** How to measure the calls of a function. */
export interface MeasuredOptions<Arguments extends unknown[], Result, Declared = unknown> {
  /** Labels of the calls: fixed, or made from the arguments of each call. */
  readonly labels: HandleLabels | ((...args: Arguments) => HandleLabels)
  /** Other measurements than the latency, from what a call returned. */
  readonly values?: (result: Awaited<Result>, ...args: Arguments) => OperationValues<Declared>
  /** Facts about a call, for listeners to measurements. */
  readonly metadata?: (result: Awaited<Result>, ...args: Arguments) => Metadata
}

/** Called with the error of a hook. */
type HookFailed = (error: unknown) => void

/**
 * The same function, measured: `this`, arguments, result, rejection and synchronous throw stay the same. Each call is
 * one operation: its latency, and if it succeeds the other values and the metadata. No latency is recorded for a
 * generator, which has not started when the call returns. Calls of probes and benchmarks have operations of their own.
 * @param clock monotonic milliseconds
 */
export function measured<Arguments extends unknown[], Result, Declared>(
  run: (...args: Arguments) => Result,
  { labels, values, metadata }: MeasuredOptions<Arguments, Result, Declared>,
  resolve: (labels: HandleLabels) => Handle<Declared>,
  clock: () => number,
  failed: HookFailed,
): (...args: Arguments) => Result {
  const fixed = typeof labels === 'function' ? undefined : resolve(labels)

  /** The result of a hook; undefined if it fails. */
  function given<Value>(hook: () => Value): Value | undefined {
    try {
      const value = hook()
      catchRejection(value, failed)
      return value
    } catch (error) {
      failed(error)
      return undefined
    }
  }

  function handleOf(args: Arguments): Handle<Declared> | undefined {
    const own = given(() => separated(typeof labels === 'function' ? labels(...args) : labels))
    return own === labels ? fixed : own && resolve(own)
  }

  return function (this: unknown, ...args: Arguments): Result {
    const handle = handleOf(args)
    if (handle === undefined) return run.apply(this, args)
    return timed(
      () => run.apply(this, args),
      clock,
      (latency, succeeded, result) => {
        const value = result as Awaited<Result>
        const others = succeeded ? given(() => values?.(value, ...args)) : undefined
        const about = succeeded ? given(() => metadata?.(value, ...args)) : undefined
        // A getter of the hook's result can throw too.
        const all = given(() => ({ ...others, latency })) ?? { latency }
        handle.operation(all as OperationValues<Declared>, about)
      },
    )
  }
}

/** Labels of a call: those of probes and benchmarks have another operation. */
function separated(labels: HandleLabels): HandleLabels {
  if (traffic.getStore() === undefined) return labels
  const { operation = defaultOperation } = labels
  return { ...labels, operation: operationInTraffic(operation) }
}

/**
 * Called once at the end of a call.
 * @param seconds its duration; undefined if the clock threw or the result is a generator
 * @param succeeded false if it threw or its promise rejected
 * @param result its result, or the value of its promise; undefined if it failed
 */
type CallEnded = (seconds: number | undefined, succeeded: boolean, result: unknown) => void

/**
 * Runs a function and measures its duration, also when it throws or its promise rejects.
 * @param clock monotonic milliseconds
 * @param ended must not throw
 * @returns the function's result; for a promise, a promise that settles the same way
 */
export function timed<Result>(run: () => Result, clock: () => number, ended: CallEnded): Result {
  const start = read(clock)
  const end = (succeeded: boolean, result: unknown) => {
    const now = read(clock)
    const isKnown = start !== undefined && now !== undefined && !isGenerator(result)
    ended(isKnown ? (now - start) / 1_000 : undefined, succeeded, result)
  }
  let result: Result
  try {
    result = run()
  } catch (error) {
    end(false, undefined)
    throw error
  }
  if (!isThenable(result)) {
    end(true, result)
    return result
  }
  return result.then(
    (value) => {
      end(true, value)
      return value
    },
    (error: unknown) => {
      end(false, undefined)
      throw error
    },
  ) as Result
}

/** A generator has not run yet when it is returned, so the time until then is not its duration. */
function isGenerator(result: unknown): boolean {
  return (
    typeof result === 'object' &&
    result !== null &&
    /^\[object (?:Async)?Generator\]$/.test(Object.prototype.toString.call(result))
  )
}

function read(clock: () => number): number | undefined {
  try {
    return clock()
  } catch {
    return undefined
  }
}
