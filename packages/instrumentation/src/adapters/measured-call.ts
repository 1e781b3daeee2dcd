import type { Metadata, OperationRecorder, OperationValues } from '../record/handle-types.js'

/** Facts from the result of a call. */
export interface ResultFacts {
  readonly values?: OperationValues
  readonly metadata?: Metadata
}

/**
 * Runs a call and records it as one operation: its latency in seconds, and the facts from its result. For a call that
 * fails only the latency is recorded. Recording never throws and never delays the result.
 * @param factsOf reads the result; its errors are ignored
 * @returns the result of the call; for a promise, a promise that settles the same way; for an async iterable, one with
 *   the same values, which is recorded at its end with the facts from its last value, and not if its reader stops early
 */
export function measuredCall<Result>(
  recorder: OperationRecorder,
  run: () => Result,
  factsOf: (value: unknown) => ResultFacts = () => ({}),
): Result {
  const call = openCall(recorder)
  let result: Result
  try {
    result = run()
  } catch (error) {
    call.failed()
    throw error
  }
  if (isAsyncIterable(result)) return measuredIteration(result, call, factsOf) as Result
  if (!isThenable(result)) {
    call.succeeded(() => factsOf(result))
    return result
  }
  return result.then(
    (value) => {
      call.succeeded(() => factsOf(value))
      return value
    },
    (error: unknown) => {
      call.failed()
      throw error
    },
  ) as Result
}

/** A call that has started. It is ended once. */
export interface OpenCall {
  succeeded(facts: () => ResultFacts): void
  failed(): void
}

/** Starts to measure a call. */
export function openCall(recorder: OperationRecorder): OpenCall {
  const start = performance.now()

  function end(facts: () => ResultFacts): void {
    // Before the facts: the time to count tokens is not part of the call.
    const latency = (performance.now() - start) / 1_000
    const { values, metadata } = factsOrNone(facts)
    recorder.operation({ ...values, latency }, metadata)
  }

  return {
    succeeded: end,
    failed: () => end(() => ({ metadata: { failed: true } })),
  }
}

async function* measuredIteration(
  values: AsyncIterable<unknown>,
  call: OpenCall,
  factsOf: (value: unknown) => ResultFacts,
): AsyncGenerator<unknown> {
  let last: unknown
  try {
    for await (const value of values) {
      last = value
      yield value
    }
    call.succeeded(() => factsOf(last))
  } catch (error) {
    call.failed()
    throw error
  }
}

function factsOrNone(facts: () => ResultFacts): ResultFacts {
  try {
    return facts()
  } catch {
    // A tokenizer or a getter of the application threw. The duration is still known.
    return {}
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function'
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && Symbol.asyncIterator in value
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}
