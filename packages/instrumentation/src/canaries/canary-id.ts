import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

const prefix = 'mnemoscope-canary'

/** Scopes in which canaries live: users that nobody else is. */
export const scopes = { own: prefix, other: `${prefix}-other` } as const

/** Canaries of other machines that are older than this were left by a process that ended. */
const foreignLifetimeMilliseconds = 3_600_000

const ownHost =
  hostname()
    .replaceAll(/[^\w-]/g, '-')
    .slice(0, 63) || 'localhost'

/** A new id. It says which process wrote it and when, so that a later one knows what a crash has left. */
export function canaryId(at: number = Date.now()): string {
  return [prefix, ownHost, process.pid, Math.floor(at).toString(36), randomBytes(5).toString('hex')].join('.')
}

/** Ids of this process that are in a memory, or may be. */
export const planted = new Set<string>()

/**
 * Whether an id is of a canary that nobody deletes any more: of a process of this machine that does not run, of this one
 * or an earlier one with its number and not planted, or of another machine and older than an hour.
 */
export function isLeftBehind(id: string, { now = Date.now(), isRunning = runs } = {}): boolean {
  const [, host, pid, time] = /^mnemoscope-canary\.([\w-]+)\.(\d+)\.([0-9a-z]+)\.[0-9a-f]+$/.exec(id) ?? []
  if (host === undefined) return false
  if (host !== ownHost) return now - Number.parseInt(time ?? '', 36) > foreignLifetimeMilliseconds
  return Number(pid) === process.pid ? !planted.has(id) : !isRunning(Number(pid))
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
