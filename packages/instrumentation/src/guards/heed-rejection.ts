/** Whether somebody has to be told how it settles. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/**
 * Keeps what a hook's promise rejects with from ending the process: an async function fits wherever one without a
 * result does.
 * @param result what the hook returned
 * @param failed must not throw
 */
export function heedRejection(result: unknown, failed: (error: unknown) => void): void {
  if (isThenable(result)) result.then(undefined, failed)
}
