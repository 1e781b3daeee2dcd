import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

interface Pair {
  readonly client: Socket
  readonly upstream: Socket
  isLost: boolean
}

/** A connection that can go wrong: everything that reaches its port goes on to another one. */
export interface BreakableLink {
  readonly port: number
  readonly url: string
  /** Resets every connection, and refuses new ones. */
  cut(): void
  /** Nothing passes any more, in either direction, and neither side notices. */
  stall(): void
  /** The present connections never carry anything again and are never closed; new ones work. */
  lose(): void
  /** Ends a cut or a stall. */
  heal(): void
  stop(): Promise<void>
}

export async function startLink(targetPort: number): Promise<BreakableLink> {
  const pairs = new Set<Pair>()
  let state: 'open' | 'cut' | 'stalled' = 'open'

  const join = ({ client, upstream }: Pair) => {
    client.pipe(upstream)
    upstream.pipe(client)
  }
  const part = ({ client, upstream }: Pair) => {
    client.unpipe(upstream).pause()
    upstream.unpipe(client).pause()
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(targetPort, '127.0.0.1')
    const pair: Pair = { client, upstream, isLost: false }
    pairs.add(pair)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        // The other side of a lost connection never notices, as when a cable is pulled.
        if (pair.isLost) return
        pairs.delete(pair)
        other.destroy()
      })
    }
    if (state === 'open') join(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    cut() {
      state = 'cut'
      for (const { client, upstream, isLost } of pairs) {
        if (isLost) continue
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
    },
    stall() {
      state = 'stalled'
      for (const pair of pairs) part(pair)
    },
    lose() {
      for (const pair of pairs) {
        part(pair)
        pair.isLost = true
      }
    },
    heal() {
      state = 'open'
      for (const pair of pairs) if (!pair.isLost) join(pair)
    },
    async stop() {
      server.close()
      for (const { client, upstream } of pairs) {
        client.destroy()
        upstream.destroy()
      }
    },
  }
}
