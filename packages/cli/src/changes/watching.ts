import { stampOf } from './written-config.js'

/** How often the file is looked at: an edit is in force well within five seconds. */
const lookMs = 300
/** How soon what could not be applied because a server was away is tried again. */
const againMs = 3_000

/**
 * Calls `changed` at once, and again whenever the configuration file was changed and has been left alone for a moment:
 * an editor writes a file in several steps.
 * @param changed returns `again` to be called once more after a while although nothing changes
 * @returns how to end it, after the call under way
 */
export function startWatching(
  configPath: string,
  changed: () => Promise<'done' | 'again'>,
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
      if ((isStill && stamp !== applied) || Date.now() >= againAt) {
        applied = stamp
        againAt = (await changed()) === 'again' ? Date.now() + againMs : Number.POSITIVE_INFINITY
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
