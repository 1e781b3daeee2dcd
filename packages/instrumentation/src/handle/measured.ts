import { heedRejection } from '../guards/heed-rejection.js'
import type { Handle, HandleLabels, Metadata, OperationValues } from './handle-types.js'
import { timed } from './timed.js'

/** How a function's calls become measurements. */
export interface MeasuredOptions<Arguments extends unknown[], Result, Declared = unknown> {
  /** Labels of the calls: fixed, or from the arguments of each. */
  readonly labels: HandleLabels | ((...args: Arguments) => HandleLabels)
  /** Measurements beside the latency, from what a call returned. */
  readonly values?: (result: Awaited<Result>, ...args: Arguments) => OperationValues<Declared>
  /** Facts about a call for whoever listens to measurements. */
  readonly metadata?: (result: Awaited<Result>, ...args: Arguments) => Metadata
}

/** Told of what a hook of the options threw. */
export type HookFailed = (error: unknown) => void

/**
 * The same function, measured: `this`, arguments, result, rejection and synchronous throw are untouched. Each call is
 * one operation: its latency, and where it succeeds the other values and the metadata. The latency of a generator is
 * not known, since it has not begun when the call returns.
 * @param clock monotonic time in milliseconds
 */
export function measured<Arguments extends unknown[], Result, Declared>(
  run: (...args: Arguments) => Result,
  { labels, values, metadata }: MeasuredOptions<Arguments, Result, Declared>,
  resolve: (labels: HandleLabels) => Handle<Declared>,
  clock: () => number,
  failed: HookFailed,
): (...args: Arguments) => Result {
  const fixed = typeof labels === 'function' ? undefined : resolve(labels)

  /** What a hook gives, or nothing where it fails. */
  function given<Value>(hook: () => Value): Value | undefined {
    try {
      const value = hook()
      heedRejection(value, failed)
      return value
    } catch (error) {
      failed(error)
      return undefined
    }
  }

  function handleOf(args: Arguments): Handle<Declared> | undefined {
    if (fixed !== undefined) return fixed
    const own = given(() => (labels as (...args: Arguments) => HandleLabels)(...args))
    return own && resolve(own)
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
        // A getter of what the hook gave may throw, too.
        const all = given(() => ({ ...others, latency })) ?? { latency }
        handle.operation(all as OperationValues<Declared>, about)
      },
    )
  }
}
