import { MnemoscopeError } from '@mnemoscope/kpi'
import { freePort, requireFreePort } from '../ports.js'
import { endLeftover } from '../process/leftovers.js'
import type { ServerProcess } from '../process/start-process.js'

/** What every server takes. */
export interface ServerOptions {
  /** Holds pid files, logs, passwords and, by default, data. Created if it is not there. */
  readonly stateDir: string
  /** Default: a folder of the server in the state directory. */
  readonly dataDir?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Default 60 s: recovery after a crash takes its time. */
  readonly readyTimeoutMs?: number
  /** From the stop signal to SIGKILL. Default 20 s. */
  readonly stopGraceMs?: number
}

/** A server that answers at `url`. */
export interface RunningServer extends ServerProcess {
  readonly url: string
  readonly port: number
}

/** What the servers write when another process listens on their port. */
const taken = /address already in use|could not bind/i

/** The server to start, where it keeps its pid file, and its port. */
export interface PortWish {
  readonly name: string
  readonly stateDir: string
  readonly port: number
}

/**
 * Starts a server on a port. First it ends a server that an earlier start left running there. A given port
 * has to be free then (PORT_IN_USE). For 0 it takes a free one, and another one if a process is faster.
 */
export async function onPort<T>(
  { name, stateDir, port }: PortWish,
  start: (port: number) => Promise<T>,
): Promise<T> {
  await endLeftover(stateDir, name)
  if (port !== 0) {
    await requireFreePort(port, name)
    return start(port)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort())
    } catch (error) {
      const lostRace =
        error instanceof MnemoscopeError && error.code === 'PROCESS_ENDED' && taken.test(error.message)
      if (!lostRace || attempt === 3) throw error
    }
  }
}

/** True if the address answers 200; false if it answers otherwise, refuses or takes longer than 2 s. */
export async function answersOk(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}
