import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A file system small enough to be filled without harm to the machine, or why there is none. */
export type SmallDisk = { fill(): void; empty(): void; stop(): void } | { impossible: string }

/** Mounts a tmpfs on a folder, which only root may. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'faults', folder], {
      stdio: 'pipe',
    })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    return { impossible: `no small disk can be mounted here: ${String(stderr ?? message).trim()}` }
  }
  const filler = join(folder, 'filler')
  return {
    fill() {
      const chunk = Buffer.alloc(2 ** 20)
      const file = openSync(filler, 'w')
      try {
        for (;;) writeSync(file, chunk)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    stop: () => void execFileSync('umount', ['--lazy', folder]),
  }
}
