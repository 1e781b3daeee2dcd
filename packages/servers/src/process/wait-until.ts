import { setTimeout as pause } from 'node:timers/promises'

/** Checks a condition until it is true or the time is over. Resolves to whether it became true. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 25,
): Promise<boolean> {
  const end = performance.now() + timeoutMs
  while (true) {
    if (await condition()) return true
    if (performance.now() >= end) return false
    await pause(everyMs)
  }
}
