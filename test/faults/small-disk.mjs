import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A file system of its own, small enough to be filled without harm to the machine; a tmpfs, which only root may mount.
 * @param {string} folder where it is mounted
 * @returns {{ fill(): void, empty(): void, stop(): void } | { impossible: string }}
 */
export function mountSmallDisk(folder, megabytes) {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'faults', folder], {
      stdio: 'pipe',
    })
  } catch (error) {
    return {
      impossible: `no small disk can be mounted here: ${String(error.stderr ?? error.message).trim()}`,
    }
  }
  const filler = join(folder, 'filler')
  return {
    fill() {
      const chunk = Buffer.alloc(2 ** 20)
      const file = openSync(filler, 'w')
      try {
        for (;;) writeSync(file, chunk)
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    stop: () => void execFileSync('umount', ['--lazy', folder]),
  }
}
