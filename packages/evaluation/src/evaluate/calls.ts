import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { callInTime } from './call-in-time.js'

/** The result of a call that succeeded, or why it failed. */
export type Called<Result> = { readonly value: Result } | { readonly error: string }

export interface CallOptions {
  /** Limit of one call. */
  readonly timeoutMilliseconds: number
  /** Aborted when no further call is wanted. */
  readonly stopped: AbortSignal
  /** Failures in a row after which the memory is down, and going on makes no sense. */
  readonly mostFailures: number
}

/** Calls of a memory whose failures are counted. */
export class Calls {
  failed = 0
  /** The first failure, for people. */
  firstFailure: string | undefined
  #failedInARow = 0
  readonly #options: CallOptions

  constructor(options: CallOptions) {
    this.#options = options
  }

  /**
   * Calls the memory.
   * @param what for people: `add D1:3`
   * @throws MnemoscopeError MEMORY_UNUSABLE if the last calls have all failed; the reason of the stop
   */
  async call<Result>(
    what: string,
    run: (signal: AbortSignal) => Promise<Result> | Result,
  ): Promise<Called<Result>> {
    const { timeoutMilliseconds, stopped, mostFailures } = this.#options
    try {
      const value = await callInTime(run, timeoutMilliseconds, stopped)
      this.#failedInARow = 0
      return { value }
    } catch (error) {
      stopped.throwIfAborted()
      const why = error instanceof Error ? error.message : String(error)
      this.failed++
      this.firstFailure ??= `${what}: ${why}`
      if (++this.#failedInARow < mostFailures) return { error: why }
      throw new MnemoscopeError(
        'MEMORY_UNUSABLE',
        `${what} failed, and so did the ${mostFailures - 1} calls before it: ${why}`,
        {
          expected: 'a memory that answers',
          next: 'Check that the memory runs, and that its adapter calls it as it should.',
          cause: error,
        },
      )
    }
  }
}
