/** Something that was started and has to be ended. */
export type Started = { stop(): unknown } | { close(): unknown }

/**
 * Starts several things at once. Where one does not start, those that did are ended before its error is thrown: a test
 * whose setup fails knows none of them.
 */
export async function startTogether<T extends readonly Started[]>(
  ...starting: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const outcomes = await Promise.allSettled<Started>(starting)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  const running = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  if (failed === undefined) return running as unknown as T
  await Promise.allSettled(running.map(async (each) => ('stop' in each ? each.stop() : each.close())))
  throw failed.reason
}

/** Does what is left of a start. Where that fails, what has started so far is ended before the error is thrown. */
export async function orEnd<T>(end: () => unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await end()
    throw error
  }
}
