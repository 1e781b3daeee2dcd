/** Waits until a condition gives something; the test's own time limit ends the wait. */
export async function waitFor<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (;;) {
    const result = await condition()
    if (result !== undefined && result !== false) return result
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
