import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Server } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { serveEndpoint } from '../../src/exposition/endpoint.js'
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

test('with a token only scrapes that send it are answered, and a new one counts at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-token-'))
  const scrapeTokenFile = join(folder, 'token')
  const monitor = await start({ scrapeTokenFile })
  const statusOf = async (authorization?: string) =>
    (await fetch(monitor.url ?? '', authorization === undefined ? {} : { headers: { authorization } })).status
  try {
    // Nothing is open because a file is missing.
    expect(await statusOf('Bearer ')).toBe(401)
    writeFileSync(scrapeTokenFile, 'first\n')
    expect(
      await Promise.all([undefined, 'Bearer other', 'Basic first', 'Bearer first'].map(statusOf)),
    ).toEqual([...[401, 401, 401, 200]])
    writeFileSync(scrapeTokenFile, 'second\n')
    expect(await Promise.all(['Bearer first', 'Bearer second'].map(statusOf))).toEqual([401, 200])
  } finally {
    rmSync(folder, { recursive: true })
  }
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

test('an endpoint that is closed while it starts to listen stays closed, and ends nothing', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  let isFree = false
  let began = () => {}
  const listening = new Promise<void>((resolve) => {
    began = resolve
  })
  const listen = Server.prototype.listen
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    // At the end of this call the address is still being looked up.
    if (isFree) queueMicrotask(began)
    return (listen as (...all: unknown[]) => Server).apply(this, args)
  } as typeof listen
  try {
    const options = {
      host: 'localhost',
      port,
      handle: () => undefined,
      required: false,
      warn: () => undefined,
    }
    const endpoint = await serveEndpoint({ ...options, retryMilliseconds: 1 })
    await new Promise((resolve) => holder.close(resolve))
    isFree = true
    await listening
    await endpoint.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(endpoint.url).toBeUndefined()
    await expect(fetch(`http://localhost:${port}/metrics`)).rejects.toThrow()
  } finally {
    Server.prototype.listen = listen
  }
})

test.each([70_000, -1, Number.NaN, 1.5])('port %d is an error at once, required or not', async (port) => {
  const options = { host: '127.0.0.1', handle: () => undefined, required: false, warn: () => undefined }
  await expect(serveEndpoint({ ...options, port })).rejects.toThrow(/port/i)
})

test('an address that this machine does not have is a warning', async () => {
  const warnings: Warning[] = []
  const endpoint = await serveEndpoint({
    host: '192.0.2.1',
    port: 0,
    handle: () => undefined,
    required: false,
    warn: (warning) => warnings.push(warning),
  })
  expect(warnings).toEqual([
    { code: 'ENDPOINT_UNAVAILABLE', message: expect.stringMatching(/EADDRNOTAVAIL.*192\.0\.2\.1/) },
  ])
  await endpoint.close()
})
