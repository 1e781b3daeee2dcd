import { identify, isRunning, type ProcessIdentity } from './identity.js'
import { claimRecord, discardRecord, readRecord, removeRecord } from './pid-file.js'

/** A name that this process has. */
export interface ClaimedName {
  readonly owner: ProcessIdentity
  release(): void
}

/**
 * Takes a name in a state directory for this process, for as long as it runs: at most one running process has it.
 * @returns how to give it back, or the id of the process that has it
 */
export function claimName(stateDir: string, name: string): ClaimedName | { heldBy: number } {
  const owner = identify(process.pid)
  if (owner === undefined) throw new Error(`process ${process.pid} cannot identify itself`)
  while (!claimRecord(stateDir, { name, owner, stopSignal: 'SIGTERM' })) {
    const holder = readRecord(stateDir, name)?.owner
    if (holder !== undefined && isRunning(holder)) return { heldBy: holder.pid }
    discardRecord(stateDir, name, (record) => isRunning(record.owner))
  }
  return { owner, release: () => removeRecord(stateDir, name) }
}
