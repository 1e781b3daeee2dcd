import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { Hono } from 'hono'
import { listen } from '../../src/http/listen.js'
import { waitFor } from '../plumbing/wait-for.js'

const piece = new Uint8Array(64 * 1_024)

/** An app with an answer that never ends, one that waits to be let go, and one that comes at once. */
function createApp() {
  let letGo = () => {}
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const app = new Hono()
    .get('/endless', (context) =>
      context.body(new ReadableStream({ pull: (controller) => controller.enqueue(piece) })),
    )
    .get('/waiting', async (context) => {
      await waiting
      return context.text('done')
    })
    .get('/', (context) => context.text('here'))
  return { app, letGo }
}

async function ask(url: string, path: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  // What is cut off may be reset.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: recorder\r\n\r\n`)
  return socket
}

test('a reader that takes nothing more is cut off when the grace is over', async () => {
  const server = await listen(createApp().app, '127.0.0.1', 0, { graceMs: 200 })
  const socket = await ask(server.url, '/endless')
  await once(socket, 'readable')
  await server.close()
  socket.destroy()
})

test('an idle connection holds nothing up, and a request under way gets its answer', async () => {
  const { app, letGo } = createApp()
  // Longer than this test may last: only closing by itself ends it.
  const server = await listen(app, '127.0.0.1', 0, { graceMs: 60_000 })
  const idle = await ask(server.url, '/')
  await once(idle, 'data')
  const busy = await ask(server.url, '/waiting')
  const ended = once(idle.resume(), 'close')
  // Behind the other request on the same server, so that both have been taken up.
  await fetch(server.url)
  const closing = server.close()
  await ended
  letGo()
  const [answer] = await once(busy, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 .*done$/s)
  busy.resume()
  await closing
})

test('who holds connections open keeps 400 of them, and is served all the same', async () => {
  const server = await listen(createApp().app, '0.0.0.0', 0, { graceMs: 200 })
  const port = Number(new URL(server.url).port)
  let ended = 0
  const sockets = Array.from({ length: 420 }, () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    socket.on('error', () => undefined)
    socket.once('close', () => ended++)
    return socket
  })
  try {
    await waitFor(() => ended >= 20)
    const asking = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    sockets.push(asking)
    asking.write('GET / HTTP/1.1\r\nhost: recorder\r\n\r\n')
    expect(String(await once(asking, 'data'))).toMatch(/^HTTP\/1.1 200 /)
    expect(ended).toBe(20)
  } finally {
    for (const socket of sockets) socket.destroy()
    await server.close()
  }
})
