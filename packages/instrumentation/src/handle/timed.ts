/**
 * Runs a function and tells how long it took, also when it throws or its promise rejects.
 * @param clock monotonic time in milliseconds; while it throws, nothing is told
 * @param took receives the duration in seconds
 * @returns what the function returns; of a promise, one that settles as it does
 */
export function timed<Result>(
  run: () => Result,
  clock: () => number,
  took: (seconds: number) => void,
): Result {
  const start = read(clock)
  const finish = () => {
    const end = read(clock)
    if (start !== undefined && end !== undefined) took((end - start) / 1_000)
  }
  let result: Result
  try {
    result = run()
  } catch (error) {
    finish()
    throw error
  }
  if (!isThenable(result)) {
    finish()
    return result
  }
  return result.then(
    (value) => {
      finish()
      return value
    },
    (error: unknown) => {
      finish()
      throw error
    },
  ) as Result
}

function read(clock: () => number): number | undefined {
  try {
    return clock()
  } catch {
    return undefined
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
