/**
 * Asks until the answer is there: undefined, false and exceptions mean "not yet".
 * @throws the last exception, or an error naming what was waited for, once the time is up
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 30_000, everyMs = 200 } = {},
): Promise<T> {
  const until = Date.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > until) {
      throw new Error(`${what}: not within ${withinMs / 1_000} s`, { cause: last })
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
