import type { Handle, HandleLabels, Metadata, OperationValues } from './handle-types.js'
import { isThenable } from './timed.js'

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
 * The same function, measured: `this`, arguments, result, rejection and synchronous throw are untouched. The latency is
 * recorded of every call, the other values of calls that succeed.
 */
export function measured<Arguments extends unknown[], Result, Declared>(
  run: (...args: Arguments) => Result,
  { labels, values, metadata }: MeasuredOptions<Arguments, Result, Declared>,
  resolve: (labels: HandleLabels) => Handle<Declared>,
  failed: HookFailed,
): (...args: Arguments) => Result {
  const fixed = typeof labels === 'function' ? undefined : resolve(labels)

  function handleOf(args: Arguments): Handle<Declared> | undefined {
    if (fixed !== undefined) return fixed
    try {
      return resolve((labels as (...args: Arguments) => HandleLabels)(...args))
    } catch (error) {
      failed(error)
      return undefined
    }
  }

  function succeeded(handle: Handle<Declared>, result: Awaited<Result>, args: Arguments): void {
    if (values === undefined) return
    try {
      handle.operation(values(result, ...args), metadata?.(result, ...args))
    } catch (error) {
      failed(error)
    }
  }

  return function (this: unknown, ...args: Arguments): Result {
    const handle = handleOf(args)
    if (handle === undefined) return run.apply(this, args)
    const result = handle.time(() => run.apply(this, args))
    if (isThenable(result)) {
      return result.then((value) => {
        succeeded(handle, value as Awaited<Result>, args)
        return value
      }) as Result
    }
    succeeded(handle, result as Awaited<Result>, args)
    return result
  }
}
