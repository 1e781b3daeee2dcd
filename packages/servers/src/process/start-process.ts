import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { childEnvironment } from './environment.js'
import { type Guarded, guard } from './guard.js'
import { identify } from './identity.js'
import { endLeftover, endServerOf } from './leftovers.js'
import { claimName, type PidRecord, pidFile, removeRecord, updateRecord } from './pid-file.js'
import { waitUntil } from './wait-until.js'

export interface ProcessOptions {
  /** Names the pid file and the log; one process of a name per state directory. */
  readonly name: string
  /** Path of the program, or its name on PATH. */
  readonly command: string
  readonly args: readonly string[]
  /** All environment variables of the server. Default: `childEnvironment()`. */
  readonly env?: NodeJS.ProcessEnv
  /** User and group to run as; only root can choose. */
  readonly uid?: number
  readonly gid?: number
  /** Default: the state directory. */
  readonly cwd?: string
  readonly stateDir: string
  /** What it waits for before it can be ready. If that fails, it is stopped and the failure thrown. Default nothing. */
  readonly readyAfter?: Promise<unknown>
  /** Called every 25 ms until it resolves to true; a rejection counts as "not yet". */
  readonly ready: () => Promise<boolean>
  /** From the end of `readyAfter`. */
  readonly readyTimeoutMs: number
  /** Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  /** From the stop signal to SIGKILL. Default 15 s. */
  readonly stopGraceMs?: number
  /** Size at which a new log begins; the last one is kept. Default 10 MiB. */
  readonly logLimitBytes?: number
}

/** How a server ended: exit code or signal (both null if unknown), and whether we asked for it. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: string | null
  readonly requested: boolean
}

export interface ServerProcess {
  readonly pid: number
  readonly logFile: string
  /** Settles when the server has ended, for whatever reason; never rejects. */
  readonly exited: Promise<ProcessExit>
  /** Sends the stop signal, and SIGKILL after the grace. Resolves when it has ended; may be called again. */
  stop(): Promise<void>
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
}

/**
 * Starts a server and resolves when it is ready. It ends with our process, however that ends; if even its guardian is
 * killed, the next start with this name and state directory ends what is left before it starts its own.
 *
 * Throws ALREADY_RUNNING (a live process holds this name), PROCESS_ENDED (could not start, or ended before it was ready;
 * the message has the last lines of its log) and PROCESS_NOT_READY (it was stopped again).
 */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const { name, stateDir, stopSignal = 'SIGTERM', stopGraceMs = 15_000 } = options
  // It may fail before anybody waits for it.
  options.readyAfter?.catch(() => {})
  const record = await claim(stateDir, name, stopSignal)
  try {
    return await startClaimed(options, record, stopGraceMs)
  } catch (error) {
    removeRecord(stateDir, name)
    throw error
  }
}

async function startClaimed(
  options: ProcessOptions,
  claimed: PidRecord,
  stopGraceMs: number,
): Promise<ServerProcess> {
  const { name, stateDir } = options
  const log = logFile(stateDir, name)
  mkdirSync(`${stateDir}/logs`, { recursive: true })
  const logStart = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  const ended = (what: string, value: unknown, cause?: unknown) =>
    new MnemoscopeError(
      'PROCESS_ENDED',
      [`${name} ${what}`, ...lastLines(log, logStart).map((line) => `  ${line}`)].join('\n').trimEnd(),
      { value, next: `read ${log}`, cause },
    )

  const guarded = await guard({
    command: options.command,
    args: options.args,
    env: options.env ?? childEnvironment(),
    cwd: options.cwd ?? stateDir,
    uid: options.uid,
    gid: options.gid,
    logFile: log,
    logLimitBytes: options.logLimitBytes ?? 10 * 1024 * 1024,
    stopSignal: claimed.stopSignal,
    stopGraceMs,
  }).catch((error: Error) => {
    throw ended(`could not be started: ${error.message}`, options.command, error)
  })
  const record = withProcesses(claimed, guarded)
  try {
    updateRecord(stateDir, record)
  } catch (error) {
    guarded.kill()
    throw error
  }
  const server = supervise(guarded, record, stateDir, log, stopGraceMs)

  let exit: ProcessExit | undefined
  server.exited.then((how) => {
    exit = how
  })
  try {
    await Promise.race([options.readyAfter, server.exited])
  } catch (error) {
    await server.stop()
    throw error
  }
  const ready = () => options.ready().catch(() => false)
  const settled = await waitUntil(async () => exit !== undefined || (await ready()), options.readyTimeoutMs)
  if (exit !== undefined) throw ended(`ended before it was ready (${describe(exit)})`, exit)
  if (settled) return server
  await server.stop()
  const seconds = options.readyTimeoutMs / 1000
  throw new MnemoscopeError('PROCESS_NOT_READY', `${name} was not ready after ${seconds} s`, {
    value: options.readyTimeoutMs,
    next: `read ${log}; a slow machine or disk may need a longer time`,
  })
}

/** The handle that callers get. A server that has lost its guardian is ended, because nothing else would end it with us. */
function supervise(
  guarded: Guarded,
  record: PidRecord,
  stateDir: string,
  log: string,
  stopGraceMs: number,
): ServerProcess {
  let requested = false
  const exited = guarded.exited.then(async ({ code, signal, unguarded }) => {
    if (unguarded) await endServerOf(record, stopGraceMs)
    removeRecord(stateDir, record.name)
    return { code, signal, requested }
  })
  const end = async (how: () => void) => {
    requested = true
    how()
    await exited
  }
  return {
    pid: guarded.pid,
    logFile: log,
    exited,
    stop: () => end(guarded.stop),
    kill: () => end(guarded.kill),
  }
}

/** Takes the name for this process, ending what a dead owner left behind. */
async function claim(stateDir: string, name: string, stopSignal: NodeJS.Signals): Promise<PidRecord> {
  await endLeftover(stateDir, name)
  const claimed = claimName(stateDir, name)
  if ('owner' in claimed) return { name, owner: claimed.owner, stopSignal }
  const { heldBy } = claimed
  throw new MnemoscopeError('ALREADY_RUNNING', `${name} already runs for process ${heldBy} in ${stateDir}`, {
    value: pidFile(stateDir, name),
    expected: 'a state directory that no running process uses',
    next: `stop process ${heldBy}, or choose another folder`,
  })
}

function withProcesses(record: PidRecord, { pid, guardianPid }: Guarded): PidRecord {
  const server = identify(pid)
  const guardian = identify(guardianPid)
  return { ...record, ...(server && { server }), ...(guardian && { guardian }) }
}

function describe({ code, signal }: ProcessExit): string {
  if (signal !== null) return `signal ${signal}`
  return code === null ? 'its guardian was killed' : `exit code ${code}`
}

/** Where a server's output goes: `STATE_DIR/logs/NAME.log`; the log before it ends in `.1`. */
export function logFile(stateDir: string, name: string): string {
  return join(stateDir, 'logs', `${name}.log`)
}

/** The last lines of a file written after `fromByte`, oldest first; none if there is no such file. */
export function lastLines(path: string, fromByte: number, count = 15): string[] {
  const longest = 16_384
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    const size = fstatSync(file).size
    // The file is shorter than before, so a new log has begun.
    const start = Math.max(size - longest, size < fromByte ? 0 : fromByte)
    const bytes = Buffer.alloc(size - start)
    readSync(file, bytes, 0, bytes.length, start)
    return bytes.toString('utf8').trimEnd().split('\n').slice(-count)
  } finally {
    closeSync(file)
  }
}
