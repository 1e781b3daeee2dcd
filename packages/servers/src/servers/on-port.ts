import { MnemoscopeError } from '@mnemoscope/kpi'
import { freePort, requireFreePort } from '../ports.js'
import { endLeftover } from '../process/leftovers.js'

/** What the three servers write when somebody else listens on their port. */
const taken = /address already in use|could not bind/i

/** The server to start, where it keeps its pid file, and the port it is to listen on. */
export interface PortWish {
  readonly name: string
  readonly stateDir: string
  readonly port: number
}

/**
 * Starts a server on a port. A given port has to be free (PORT_IN_USE), once what an earlier start left running there
 * has ended. For 0 a free one is taken; should another process take it in the moment before the server does,
 * another one is tried.
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
