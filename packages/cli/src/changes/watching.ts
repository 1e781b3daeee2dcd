import { stampOf } from './written-config.js'

/** How often the file is looked at: an edit is in force well within five seconds. */
const lookMs = 300
/** How soon what could not be applied because a server was away is tried again. */
export const againMs = 3_000

/**
 * Calls `changed` at once, and again whenever the configuration file was changed and has been left alone for a moment:
 * an editor writes a file in several steps.
 * @param changed told whether the file was changed; returns after how many ms to be called again although nothing
 *   changes, undefined for never
 * @returns how to end it, after the call under way
 */
export function startWatching(
  configPath: string,
  changed: (isEdited: boolean) => Promise<number | undefined>,
): () => Promise<void> {
  let stopped = false
  let wake = () => {}
  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function look(): Promise<void> {
    let applied: string | undefined
    let last = ''
    let againAt = Number.POSITIVE_INFINITY
    while (!stopped) {
      const stamp = stampOf(configPath)
      const isStill = applied === undefined || stamp === last
      last = stamp
      const isEdited = isStill && stamp !== applied
      if (isEdited || Date.now() >= againAt) {
        if (isEdited) applied = stamp
        const waitMs = await changed(isEdited)
        againAt = waitMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + waitMs
      }
      if (!stopped) await sleep()
    }
  }
  const looking = look()
  return async () => {
    stopped = true
    wake()
    await looking
  }
}
