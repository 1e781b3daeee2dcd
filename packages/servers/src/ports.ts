import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { MnemoscopeError } from '@mnemoscope/kpi'

/**
 * Free ports are taken from below 32768: from there on Linux gives ports to outgoing connections, so one that is free now
 * may be taken by the time a server restarts on it.
 */
const lowest = 20_000
const highest = 32_767

/** Parts of that range, one for each of so many processes that started one after the other. */
const parts = 16
const partSize = Math.floor((highest - lowest + 1) / parts)

/**
 * The part of the range that a process takes ports from first, both ends included. A port is free until its server
 * listens, so processes that look for one at the same time had better look elsewhere than the other.
 */
export function partOf(pid: number): { first: number; last: number } {
  const first = lowest + (pid % parts) * partSize
  return { first, last: first + partSize - 1 }
}

/** Given out by this process; two servers starting at the same time must not get the same one. */
const givenOut = new Set<number>()

/** True if nothing listens on the port of 127.0.0.1 and we may. */
export async function isPortFree(port: number): Promise<boolean> {
  // macOS lets one bind 127.0.0.1 beside a listener on all interfaces, so ask for an answer too.
  if (await answers(port)) return false
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}

/** A free port of 127.0.0.1 between 20000 and 32767, never the same one twice in a process. */
export async function freePort(): Promise<number> {
  const allPorts = { first: lowest, last: highest }
  for (const { first, last } of [partOf(process.pid), allPorts]) {
    for (let attempt = 0; attempt < 200; attempt++) {
      const port = randomInt(first, last + 1)
      if (await reserve(port)) return port
    }
  }
  throw noneFree(lowest, highest)
}

/** The preferred port if it is free and was not given out yet, else the next one that is (100 are tried). */
export async function choosePort(preferred: number): Promise<number> {
  const last = Math.min(preferred + 99, 65_535)
  for (let port = preferred; port <= last; port++) {
    if (await reserve(port)) return port
  }
  throw noneFree(preferred, last)
}

/** Takes a port for its caller if it is free and not taken. It is reserved during the check, so that two callers never get it. */
async function reserve(port: number): Promise<boolean> {
  if (givenOut.has(port)) return false
  givenOut.add(port)
  const free = await isPortFree(port)
  if (!free) givenOut.delete(port)
  return free
}

/** Refuses a port that is taken, naming what wants it. */
export async function requireFreePort(port: number, name: string): Promise<void> {
  if (await isPortFree(port)) return
  throw new MnemoscopeError('PORT_IN_USE', `port ${port}, which ${name} is to listen on, is in use`, {
    value: port,
    expected: 'a free port of 127.0.0.1',
    next: `stop what listens on ${port}, or give ${name} another port (0 takes a free one)`,
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 })
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })
}

function noneFree(first: number, last: number): MnemoscopeError {
  return new MnemoscopeError('PORT_IN_USE', `no port of 127.0.0.1 from ${first} to ${last} is free`, {
    value: `${first}-${last}`,
    expected: 'a free port',
    next: 'stop some of what listens there, or choose other ports',
  })
}
