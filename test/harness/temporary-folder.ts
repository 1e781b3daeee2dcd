import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for a test, which other users may pass through, as Postgres must when root runs the tests. */
export function temporaryFolder(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `mnemoscope-${name}-`))
  chmodSync(path, 0o755)
  return { path, remove: () => remove(path) }
}

/** Longer than what was killed lives on, however busy the machine. */
const mostMs = 20_000
const pauseMs = 50
/** What a removal meets while somebody writes there: a file that came or went between looking and removing. */
const disturbed = new Set(['ENOTEMPTY', 'ENOENT', 'EEXIST', 'EBUSY'])

/**
 * Removes a folder, again while somebody still writes into it: children of a server that was killed end by themselves, but
 * not at once.
 */
function remove(path: string): void {
  const until = performance.now() + mostMs
  for (;;) {
    try {
      rmSync(path, { recursive: true, force: true })
      return
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (!disturbed.has(code) || performance.now() > until) throw error
      // Nothing of ours is to be done meanwhile: a removal is the last thing a test does.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}
