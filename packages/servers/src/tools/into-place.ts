import { renameSync, rmSync } from 'node:fs'

/**
 * Moves a finished folder to its final name in one step. If another process was there first, its result stands and ours
 * is dropped: nobody ever sees half a folder.
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
