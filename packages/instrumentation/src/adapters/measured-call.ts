import type { Metadata, OperationRecorder, OperationValues } from '../handle/handle-types.js'

/** What the result of a call tells beside its duration. */
export interface ResultFacts {
  readonly values?: OperationValues
  readonly metadata?: Metadata
}

/**
 * Runs a call and records it as one operation: its latency in seconds, and what its result tells. A call that fails
 * is recorded with its latency alone. Recording never throws and never holds the result back.
 * @param factsOf reads the result; what it throws is ignored
 * @returns what the call returns; of a promise, one that settles as it does; of an async iterable, one that yields the
 *   same, recorded at its end with what its last value tells, and not at all if its reader gives it up
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

/** A call that goes on, to be ended once. */
export interface OpenCall {
  succeeded(facts: () => ResultFacts): void
  failed(): void
}

/** Takes the time from now on. */
export function openCall(recorder: OperationRecorder): OpenCall {
  const start = performance.now()

  function end(facts: () => ResultFacts): void {
    // Before the facts: counting tokens takes time that is not the call's.
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
    // A tokenizer or a getter of the application's that throws: the duration is known all the same.
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
