import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * A connection that can go wrong: everything that reaches its port goes on to another one, until it is told otherwise.
 * @param {number} targetPort
 */
export async function startProxy(targetPort) {
  /** @type {Set<{ client: import('node:net').Socket, upstream: import('node:net').Socket, isLost: boolean }>} */
  const pairs = new Set()
  let state = 'open'

  const link = ({ client, upstream }) => {
    client.pipe(upstream)
    upstream.pipe(client)
  }
  const unlink = ({ client, upstream }) => {
    client.unpipe(upstream).pause()
    upstream.unpipe(client).pause()
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(targetPort, '127.0.0.1')
    const pair = { client, upstream, isLost: false }
    pairs.add(pair)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        // The other side of a lost connection is never told, as when a cable is pulled.
        if (pair.isLost) return
        pairs.delete(pair)
        other.destroy()
      })
    }
    if (state === 'open') link(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: server.address().port,
    url: `http://127.0.0.1:${server.address().port}`,
    /** Resets every connection, and refuses new ones. */
    cut() {
      state = 'cut'
      for (const { client, upstream, isLost } of pairs) {
        if (isLost) continue
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
    },
    /** Nothing passes any more, in either direction; nobody is told. */
    stall() {
      state = 'stalled'
      for (const pair of pairs) unlink(pair)
    },
    /** The connections there are never carry anything again and are never closed; new ones work. */
    lose() {
      for (const pair of pairs) {
        unlink(pair)
        pair.isLost = true
      }
    },
    heal() {
      state = 'open'
      for (const pair of pairs) if (!pair.isLost) link(pair)
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
