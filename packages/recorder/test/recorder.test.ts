import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { prepareDatabase, type Recorder, type RecorderOptions, startRecorder } from '../src/index.js'
import { ownDatabase } from './plumbing/database.js'
import { silentLogger } from './plumbing/silent-logger.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()

function start(options: Partial<RecorderOptions> = {}): Promise<Recorder> {
  return startRecorder({
    config: defineConfig(),
    databaseUrl: database.databaseUrl,
    prometheusUrl: 'http://127.0.0.1:9',
    port: 0,
    logger: silentLogger,
    ...options,
  })
}

test('a database that is not there stops the start with one clear error', async () => {
  const started = start({ databaseUrl: 'postgres://nobody:secret@127.0.0.1:9/none' })
  await expect(started).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  await expect(started).rejects.not.toThrow(/secret/)
  await expect(prepareDatabase('postgres://127.0.0.1:9/none')).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
  })
})

test('a port that is taken stops the start with one clear error', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', value: port })
  server.close()
})

test('a client that never ends its request keeps the recorder neither from stopping its work nor from ending', async () => {
  const recorder = await start()
  const { hostname, port } = new URL(recorder.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(
    'POST /v1/logs HTTP/1.1\r\nhost: recorder\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
  )
  await fetch(`${recorder.url}/healthz`)
  await Promise.all([recorder.stop(), recorder.stop()])
  socket.destroy()
})
