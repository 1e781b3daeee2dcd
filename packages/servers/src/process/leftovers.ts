import { MnemoscopeError } from '@mnemoscope/kpi'
import { isRunning, type ProcessIdentity } from './identity.js'
import { type PidRecord, readRecord, recordedNames, removeRecord } from './pid-file.js'
import { waitUntil } from './wait-until.js'

/** How long an ended owner's server may take to stop in order before it is killed. */
const defaultGraceMs = 10_000

/** A server found running although the process that started it is gone. */
export interface EndedLeftover {
  readonly name: string
  readonly pid: number
}

/**
 * Ends every server of a state directory whose owner is gone: its stop signal first, SIGKILL after `graceMs`
 * (10 s by default). A process is only ever signalled if both its id and its start time are those written down, so a stranger
 * with a recycled id is safe. Servers whose owner still runs are left alone.
 */
export async function endLeftovers(
  stateDir: string,
  options: { readonly graceMs?: number } = {},
): Promise<EndedLeftover[]> {
  const ended = await Promise.all(
    recordedNames(stateDir).map((name) => endLeftover(stateDir, name, options.graceMs ?? defaultGraceMs)),
  )
  return ended.filter((leftover) => leftover !== undefined)
}

/** The same for one server. Undefined if nothing of it ran. */
export async function endLeftover(
  stateDir: string,
  name: string,
  graceMs = defaultGraceMs,
): Promise<EndedLeftover | undefined> {
  const record = readRecord(stateDir, name)
  if (record !== undefined && isRunning(record.owner)) return undefined
  const ended = record === undefined ? undefined : await endServerOf(record, graceMs)
  if (readRecord(stateDir, name)?.owner.started === record?.owner.started) removeRecord(stateDir, name)
  return ended
}

/** Ends the server of a record and then its guardian, also if this process did not start them. */
export async function endServerOf(record: PidRecord, graceMs: number): Promise<EndedLeftover | undefined> {
  const { name, server, guardian, stopSignal } = record
  const wasRunning = server !== undefined && isRunning(server)
  if (server !== undefined) await end(server, stopSignal, graceMs)
  // A guardian that still runs ends by itself once its server has.
  if (guardian !== undefined && !(await waitUntil(() => !isRunning(guardian), 1_000)))
    signal(guardian, 'SIGKILL')
  return wasRunning ? { name, pid: server.pid } : undefined
}

async function end(identity: ProcessIdentity, stopSignal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!isRunning(identity)) return
  signal(identity, stopSignal)
  if (await waitUntil(() => !isRunning(identity), graceMs)) return
  signal(identity, 'SIGKILL')
  await waitUntil(() => !isRunning(identity), 5_000)
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return
  try {
    process.kill(identity.pid, name)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ESRCH') return
    throw new MnemoscopeError(
      'ALREADY_RUNNING',
      `process ${identity.pid}, left by an earlier start, cannot be ended`,
      {
        value: identity.pid,
        expected: 'a process of this user',
        next: `end it as the user who started it: kill ${identity.pid}`,
        cause,
      },
    )
  }
}
