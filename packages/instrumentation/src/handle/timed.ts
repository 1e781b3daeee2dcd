import { isThenable } from '../guards/heed-rejection.js'

/**
 * Told once how a call ended.
 * @param seconds how long it took; undefined where the clock threw, and where it gave a generator
 * @param succeeded false where it threw or its promise rejected
 * @param result what it gave, a promise's value included; undefined where it failed
 */
export type CallEnded = (seconds: number | undefined, succeeded: boolean, result: unknown) => void

/**
 * Runs a function and tells how long it took, also when it throws or its promise rejects.
 * @param clock monotonic time in milliseconds
 * @param ended must not throw
 * @returns what the function returns; of a promise, one that settles as it does
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

/** Of a generator nothing has run yet when it is handed over: the time until then is not what its work takes. */
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
