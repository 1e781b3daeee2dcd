import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { identify, isRunning, type ProcessIdentity } from './identity.js'

/** What a later start needs to find the processes that this one left running. */
export interface PidRecord {
  readonly name: string
  /** Our process, which asked for the server. */
  readonly owner: ProcessIdentity
  /** Set once they run. */
  readonly guardian?: ProcessIdentity
  readonly server?: ProcessIdentity
  readonly stopSignal: NodeJS.Signals
}

const folderOf = (stateDir: string) => join(stateDir, 'run')

/** Path of the pid file of a server: `STATE_DIR/run/NAME.pid`. */
export function pidFile(stateDir: string, name: string): string {
  return join(folderOf(stateDir), `${name}.pid`)
}

/** Names of the servers that have a pid file, running or not. */
export function recordedNames(stateDir: string): string[] {
  try {
    return readdirSync(folderOf(stateDir))
      .filter((file) => file.endsWith('.pid'))
      .map((file) => basename(file, '.pid'))
  } catch {
    return []
  }
}

/**
 * The record of a server; undefined if there is none or it is incomplete. A file that this user may not read belongs to
 * somebody else, so the system's error is thrown.
 */
export function readRecord(stateDir: string, name: string): PidRecord | undefined {
  return recordIn(pidFile(stateDir, name))
}

function recordIn(file: string): PidRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidRecord
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes the record if there is no other. Returns whether it did. No reader ever sees an incomplete file. */
export function claimRecord(stateDir: string, record: PidRecord): boolean {
  const written = writeBeside(stateDir, record)
  try {
    linkSync(written, pidFile(stateDir, record.name))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(written, { force: true })
  }
}

/** Replaces the record that `claimRecord` wrote. */
export function updateRecord(stateDir: string, record: PidRecord): void {
  renameSync(writeBeside(stateDir, record), pidFile(stateDir, record.name))
}

/**
 * Removes a record unless `isHeld` says that its owner runs. Several processes may do so at once: each one checks the
 * file that it moved aside, so none removes what another has claimed since.
 */
export function discardRecord(stateDir: string, name: string, isHeld: (record: PidRecord) => boolean): void {
  const file = pidFile(stateDir, name)
  const aside = `${file}.${process.pid}.aside`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    const record = recordIn(aside)
    if (record !== undefined && isHeld(record)) linkSync(aside, file)
  } finally {
    rmSync(aside, { force: true })
  }
}

export function removeRecord(stateDir: string, name: string): void {
  rmSync(pidFile(stateDir, name), { force: true })
}

function writeBeside(stateDir: string, record: PidRecord): string {
  mkdirSync(folderOf(stateDir), { recursive: true })
  const path = `${pidFile(stateDir, record.name)}.${process.pid}`
  writeFileSync(path, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  return path
}

/** A name that this process holds. */
export interface ClaimedName {
  readonly owner: ProcessIdentity
  release(): void
}

/**
 * Takes a name in a state directory for this process, as long as it runs. At most one running process holds it.
 * @returns how to release it, or the id of the process that holds it
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
