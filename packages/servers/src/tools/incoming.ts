import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const prefix = '.incoming-'

/** Older than any download can last. */
const abandonedAfterMs = 3_600_000

/**
 * Gives a folder to prepare something in, on the same disk as its final place, and removes it afterwards. It also removes
 * the old folders of processes that were killed.
 */
export async function withIncoming<T>(toolsDir: string, prepare: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(toolsDir, { recursive: true })
  for (const name of readdirSync(toolsDir)) {
    const path = join(toolsDir, name)
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (name.startsWith(prefix) && Date.now() - changed > abandonedAfterMs)
      rmSync(path, { recursive: true, force: true })
  }
  const folder = mkdtempSync(join(toolsDir, prefix))
  // A program that unpacks into it may still run.
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  // Ctrl-C ends the process before `prepare` has ended, and no later start may fetch anything again.
  process.once('exit', remove)
  try {
    return await prepare(folder)
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/**
 * Moves a finished folder to its final name in one step. If another process was there first, its result stays and ours
 * is removed. No process ever sees an incomplete folder.
 */
export function renameIntoPlace(finished: string, target: string): void {
  try {
    renameSync(finished, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    rmSync(finished, { recursive: true, force: true })
  }
}
