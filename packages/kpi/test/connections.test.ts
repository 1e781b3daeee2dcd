import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { boundConnections, type ConnectionRank, rankConnection } from '../src/index.js'

const sockets: Socket[] = []
let server: Server

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

async function serve(all: number, listener: RequestListener): Promise<void> {
  server = createServer(listener)
  boundConnections(server, { all })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}

interface Client {
  readonly socket: Socket
  isEnded: boolean
}

async function open(text = ''): Promise<Client> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  const client = { socket, isEnded: false }
  socket.on('error', () => undefined)
  socket.on('close', () => {
    client.isEnded = true
  })
  await once(socket, 'connect')
  socket.write(text)
  return client
}

/** Opens so many that say nothing, and waits until the surplus has ended. */
async function crowd(count: number): Promise<Client[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => open()))
  await new Promise((resolve) => setTimeout(resolve, 500))
  return clients
}

const asking = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'

test('beyond the limit those end that have waited longest, and a new one is served', async () => {
  await serve(5, (_, response) => response.end('here'))
  const first = await crowd(5)
  const more = await crowd(3)
  expect(first.filter(({ isEnded }) => isEnded)).toHaveLength(3)
  expect(more.filter(({ isEnded }) => isEnded)).toHaveLength(0)
  const { socket } = await open(asking)
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 200 /)
})

test('a request that is being answered stays, and one whose body does not come ends', async () => {
  let answer = () => {}
  await serve(2, (request, response) => {
    if (request.method === 'GET') answer = () => response.end('here')
  })
  const asked = await open(asking)
  const slow = await open('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n[')
  await crowd(2)
  expect([asked.isEnded, slow.isEnded]).toEqual([false, true])
  const answered = once(asked.socket, 'data')
  answer()
  await answered
})

test('connections of known clients end last, and spare ones first, also while they are answered', async () => {
  await serve(2, ({ socket, url, method }, response) => {
    rankConnection(socket, url?.slice(1) as ConnectionRank)
    if (method === 'GET') response.end('here')
  })
  const known = await open('GET /known HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(known.socket, 'data')
  const usual = await open()
  const spare = await open('PUT /spare HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([known, usual, spare].map(({ isEnded }) => isEnded)).toEqual([false, false, true])
  await crowd(1)
  expect([known.isEnded, usual.isEnded]).toEqual([false, true])
})
