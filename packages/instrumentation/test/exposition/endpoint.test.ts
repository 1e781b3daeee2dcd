import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { nextStep, serveEndpoint } from '../../src/exposition/endpoint.js'
import type { Warning } from '../../src/index.js'
import { monitors } from '../monitored.js'

const { start } = monitors()

test('a connection that can not be accepted does not end the process', async () => {
  const monitor = await start()
  let server: Server | undefined
  const started = (message: unknown) => {
    server = (message as { server: Server }).server
  }
  subscribe('http.server.request.start', started)
  await fetch(monitor.url ?? '')
  unsubscribe('http.server.request.start', started)
  const failure = new Error('accept EMFILE')
  // Without a listener an event of this name throws.
  for (let i = 0; i < 2; i++) expect(server?.emit('error', failure)).toBe(true)
  expect((await fetch(monitor.url ?? '')).status).toBe(200)
})

test('a port in use is tried again until it is free, or the endpoint is closed', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  const warnings: Warning[] = []
  const open = () =>
    serveEndpoint({
      host: '127.0.0.1',
      port,
      handle: (_, response) => ('raw' in response ? response.raw : response).end('served'),
      required: false,
      warn: (warning) => warnings.push(warning),
      retryMilliseconds: 20,
    })
  const [endpoint, closed] = await Promise.all([open(), open()])
  expect(warnings.map(({ code }) => code)).toEqual(['PORT_IN_USE', 'PORT_IN_USE'])
  await closed.close()
  await new Promise((resolve) => holder.close(resolve))
  while (endpoint.url === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await (await fetch(endpoint.url)).text()).toBe('served')
  await endpoint.close()
  expect(closed.url).toBeUndefined()
})

test.each([
  [{ NODE_UNIQUE_ID: '1' }, 'Another worker of this cluster'],
  [{ NODE_APP_INSTANCE: '0' }, 'Another worker of this cluster'],
  [{}, 'Another program has it, or another process of this service'],
])('what to do about a port in use, with the environment %j: %s', (environment, expected) => {
  expect(nextStep(environment)).toContain(expected)
})
