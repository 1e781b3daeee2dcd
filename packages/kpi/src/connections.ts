import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How many connections a server keeps. */
export interface ConnectionLimits {
  readonly all: number
  /** From one address. Default: as many as all. */
  readonly ofOnePeer?: number
}

/** Whose connections end first: `spare` before any other, `known` after all others. */
export type ConnectionRank = 'spare' | 'usual' | 'known'

interface Connection {
  readonly peer: string
  rank: ConnectionRank
  /** When it last began to wait for its client, on the clock of `performance`. */
  since: number
  /** The newest request whose answer is not sent. */
  request?: IncomingMessage | undefined
}

const connections = new WeakMap<Socket, Connection>()

/** The plain socket below each one of TLS. */
const sockets = new WeakMap<Socket, Socket>()

/** Programs that have something to say say it at once, also on a slow network. */
const graceMs = 200

/** How far beyond the limits connections may be until the surplus has ended. */
const mostBeyond = 4

/**
 * Bounds the connections of a server. Beyond a limit those end that have waited longest for their clients, not the new
 * ones: who only holds connections loses them to those who use them. A request that the server works on is never ended.
 */
export function boundConnections(server: Server, { all, ofOnePeer = all }: ConnectionLimits): void {
  /** In the order in which they began to wait. */
  const waiting = new Map<Socket, Connection>()
  const peers = new Map<string, number>()
  let sweep: NodeJS.Timeout | undefined
  server.maxConnections = mostBeyond * all

  const wait = (socket: Socket, connection: Connection, request?: IncomingMessage) => {
    Object.assign(connection, { since: performance.now(), request })
    waiting.delete(socket)
    waiting.set(socket, connection)
  }
  const sweepLater = () => {
    sweep ??= setTimeout(() => {
      sweep = undefined
      endSurplus()
    }, graceMs / 2)
    sweep.unref()
  }
  const endSurplus = () => {
    let surplus = waiting.size - all
    const beyond = new Map([...peers].map(([peer, count]) => [peer, count - ofOnePeer]))
    const isBeyond = (peer: string) => surplus > 0 || (beyond.get(peer) ?? 0) > 0
    let isLater = false
    for (const rank of ['spare', 'usual', 'known'] as const) {
      for (const [socket, connection] of waiting) {
        const { peer, since } = connection
        if (connection.rank !== rank || !isBeyond(peer) || !isIdle(socket, connection)) continue
        surplus--
        beyond.set(peer, (beyond.get(peer) ?? 0) - 1)
        // One that has just come ends a little later, and none of a better rank in its place.
        if (performance.now() - since < graceMs) isLater = true
        else socket.destroy()
      }
    }
    if (isLater || surplus > 0 || [...beyond.values()].some((count) => count > 0)) sweepLater()
  }

  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? ''
    const connection: Connection = { peer, rank: 'usual', since: 0 }
    connections.set(socket, connection)
    wait(socket, connection)
    const count = (peers.get(peer) ?? 0) + 1
    peers.set(peer, count)
    socket.once('close', () => {
      waiting.delete(socket)
      const left = (peers.get(peer) ?? 1) - 1
      if (left === 0) peers.delete(peer)
      else peers.set(peer, left)
    })
    if (waiting.size > all || count > ofOnePeer) sweepLater()
  })
  // With TLS, requests come on a socket of its own around the first one.
  server.on('secureConnection', (secured: Socket) => {
    const plain = [...waiting.keys()].find(
      ({ remoteAddress, remotePort }) =>
        remoteAddress === secured.remoteAddress && remotePort === secured.remotePort,
    )
    const connection = plain && connections.get(plain)
    if (plain === undefined || connection === undefined) return
    connections.set(secured, connection)
    sockets.set(secured, plain)
  })
  // Before those that answer, who may say whose the connection is.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const socket = sockets.get(request.socket) ?? request.socket
    const connection = connections.get(socket)
    if (connection === undefined) return
    // Behind a proxy, requests of many people come on one connection.
    if (connection.rank === 'spare') connection.rank = 'usual'
    wait(socket, connection, request)
    response.once('close', () => {
      if (connection.request === request && !socket.destroyed) wait(socket, connection)
    })
  })
}

/** Says whose a connection is. Without effect on a server whose connections are not bounded. */
export function rankConnection(socket: Socket, rank: ConnectionRank): void {
  const connection = connections.get(socket)
  if (connection !== undefined) connection.rank = rank
}

/** Whether a server waits for the client: for a request, for the rest of one, or until it takes its answer. */
function isIdle(socket: Socket, { rank, request }: Connection): boolean {
  if (socket.destroyed) return false
  return rank === 'spare' || request === undefined || !request.complete || socket.writableLength > 0
}
