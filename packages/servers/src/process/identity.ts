import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** One process. A later process with the same id has another identity. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started. The form differs by platform: use it only to compare. */
  readonly started: string
}

/** The identity of a running process, or undefined if none has this id (a zombie has ended). */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = process.platform === 'linux' ? startOnLinux(pid) : askPs(pid, 'lstart=')
  return started === undefined ? undefined : { pid, started }
}

/** True while exactly this process runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started
}

/** The command line of a running process, arguments joined by blanks, or undefined. */
export function commandLineOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return askPs(pid, 'command=')
  return readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim()
}

/** Boot id and clock ticks since boot: `/proc/PID/stat`, field 22 of proc_pid_stat(5). */
function startOnLinux(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The second field is the name in parentheses and may hold blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return `${boot}/${fields[19]}`
}

/** macOS has no /proc; `ps` is part of it. */
function askPs(pid: number, column: string): string | undefined {
  try {
    const args = ['-o', column, '-p', String(pid)]
    const options = { stdio: 'pipe', env: { LC_ALL: 'C' } } as const
    return execFileSync('/bin/ps', args, options).toString().trim() || undefined
  } catch {
    return undefined
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
