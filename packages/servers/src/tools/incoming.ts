import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const prefix = '.incoming-'

/** Older than any download can last. */
const abandonedAfterMs = 3_600_000

/**
 * Gives a folder to prepare something in, on the same disk as its final place, and removes it afterwards. What
 * killed processes left of theirs is swept at the same time.
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
  try {
    return await prepare(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
