import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The user Postgres runs as. Undefined: as ourselves. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Postgres refuses to run as root, so root runs it as `nobody` (65534 on Linux): an account that every machine has. */
export function postgresAccount(ownUid = process.getuid?.()): Account | undefined {
  return ownUid === 0 ? { uid: 65_534, gid: 65_534 } : undefined
}

/** The permission bits that a class of users needs to pass through a folder. */
const passThrough = { owner: 0o100, group: 0o010, other: 0o001 }

/** True if the account can pass through every folder down to the path (of its nearest ancestor that exists). */
export function isReachable(path: string, account: Account): boolean {
  const existing = nearestExisting(path)
  for (let folder = existing; ; folder = dirname(folder)) {
    const { uid, gid, mode } = statSync(folder)
    const needed =
      uid === account.uid ? passThrough.owner : gid === account.gid ? passThrough.group : passThrough.other
    if ((mode & needed) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** Where Postgres' files go: the state directory if the account can reach it, else one folder per state directory in the fallback root. */
export function placeFor(stateDir: string, account: Account | undefined, fallbackRoot: string): string {
  if (account === undefined || isReachable(stateDir, account)) return join(stateDir, 'postgres')
  const hash = createHash('sha256').update(nearestExisting(stateDir)).digest('hex')
  return join(fallbackRoot, hash.slice(0, 16))
}

/** Makes a folder, and those above it that are missing, that other accounts may pass through whatever our umask is. */
export function makeOpenFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true })
  if (first === undefined) return
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) chmodSync(folder, 0o755)
}

function nearestExisting(path: string): string {
  for (let folder = path; ; folder = dirname(folder)) {
    if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return realpathSync(folder)
  }
}
