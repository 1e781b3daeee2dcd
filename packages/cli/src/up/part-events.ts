import type { PartEvents } from './keep-running.js'
import type { Progress } from './progress.js'

/**
 * Tells a person of parts that are started again.
 * @param writeDown called with each new process id; where it throws, as on a full disk, the parts run on and it is told
 */
export function partEvents(progress: Pick<Progress, 'note'>, writeDown: () => void): PartEvents {
  return {
    restarting: (name, why, delayMs) =>
      progress.note(`  ! ${name} ${why}; starting it again in ${delayMs / 1_000} s`),
    restarted: (name, pid) => {
      progress.note(`  ✓ ${name} runs again (process ${pid})`)
      try {
        writeDown()
      } catch (error) {
        progress.note(`  ! .mnemoscope/run.json still has its old process: ${(error as Error).message}`)
      }
    },
  }
}
