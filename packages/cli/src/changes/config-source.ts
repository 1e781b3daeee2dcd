import { readdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { MnemoscopeError } from '@mnemoscope/kpi'
import type { ConfigProblem, ConfigSource } from '@mnemoscope/recorder'

/** How often the file is checked: an edit is applied well within five seconds. */
const checkMs = 300
/** Wait before another attempt to apply a file, after a server did not answer. */
export const retryMs = 3_000

/**
 * Calls `changed` at once, and again after each edit of the configuration file. An edit counts once the file has stayed
 * the same for a moment, because an editor writes a file in several steps.
 * @param changed gets whether the file was edited; returns after how many ms to be called again without an edit,
 *   undefined for never
 * @returns a function that stops watching, after the call in progress
 */
export function startWatching(
  configPath: string,
  changed: (isEdited: boolean) => Promise<number | undefined>,
): () => Promise<void> {
  let stopped = false
  let wake = () => {}
  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, checkMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function check(): Promise<void> {
    let applied: string | undefined
    let last = ''
    let retryAt = Number.POSITIVE_INFINITY
    while (!stopped) {
      const stamp = stampOf(configPath)
      const isStable = applied === undefined || stamp === last
      last = stamp
      const isEdited = isStable && stamp !== applied
      if (isEdited || Date.now() >= retryAt) {
        if (isEdited) applied = stamp
        const waitMs = await changed(isEdited)
        retryAt = waitMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + waitMs
      }
      if (!stopped) await sleep()
    }
  }
  const loop = check()
  return async () => {
    stopped = true
    wake()
    await loop
  }
}

/**
 * Identifies a state of a configuration file: size, time and inode of the file and of the modules beside it, which it
 * may import. The files are polled, because mounted and shared folders send no events.
 */
export function stampOf(configPath: string): string {
  const folder = dirname(configPath)
  return namesIn(folder)
    .filter((name) => /\.(?:[cm]?[jt]s|json)$/.test(name))
    .sort()
    .map((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false })
      return stat?.isFile() === true ? `${name} ${stat.size} ${stat.mtimeMs} ${stat.ino}` : ''
    })
    .join('\n')
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The folder may be missing, for example an unmounted one; the file is then reported as missing.
    return []
  }
}

/** The owner of the file: the best guess at who edited it. */
export function ownerOf(
  configPath: string,
  currentUser: () => { uid: number; username: string } = userInfo,
): string {
  const uid = statSync(configPath, { throwIfNoEntry: false })?.uid
  if (uid === undefined) return 'unknown'
  try {
    const { uid: own, username } = currentUser()
    if (uid === own) return username
  } catch {
    // In a container, a user may have no name.
  }
  return `user ${uid}`
}

/** Why the configuration file is not applied, with the listeners for changes of that. */
export interface ProblemState extends Pick<ConfigSource, 'problem' | 'onProblem'> {
  /** @param error undefined once the file is applied, or while it may still be */
  set(error: unknown): void
}

/** Starts without a problem. Listeners get each new problem and its end, but not the same problem twice. */
export function problemState(): ProblemState {
  const listeners = new Set<(problem: ConfigProblem | undefined) => void>()
  let problem: ConfigProblem | undefined
  return {
    problem: () => problem,
    onProblem: (listener) => subscribe(listeners, listener),
    set(error) {
      const previous = problem
      problem = error === undefined ? undefined : problemOf(error)
      if (previous?.message === problem?.message) return
      for (const listener of listeners) listener(problem)
    },
  }
}

/** Adds a listener. @returns a function that removes it */
export function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function problemOf(error: unknown): ConfigProblem {
  const { code, message, next } = error as Partial<MnemoscopeError>
  return {
    at: new Date(),
    code: code ?? 'UNEXPECTED',
    message: message ?? String(error),
    next: next ?? 'Read the log of this process.',
  }
}
