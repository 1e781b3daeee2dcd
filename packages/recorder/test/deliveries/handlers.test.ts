import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { type AlertEvent, defineConfig } from '@mnemoscope/kpi'
import { storeObservations } from '../../src/alerts/store.js'
import { configuredHandlers, fileHandler, startRecorder, webhookHandler } from '../../src/index.js'
import { silentLogger } from '../plumbing/silent-logger.js'
import { waitFor } from '../plumbing/wait-for.js'
import { episode, testDeliveries } from './test-deliveries.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const deliveries = testDeliveries()

test('the built-in file handler writes one JSON object a line', async () => {
  const path = join(tmpdir(), `mnemoscope-deliveries-${process.pid}.jsonl`)
  await storeObservations({ pool: deliveries.pool, handlers: ['file'] }, episode('one'))
  deliveries.start(fileHandler({ path }))
  await waitFor(async () => (await deliveries.left('file')) === 0)
  const lines = (await readFile(path, 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['opened', 'closed'])
  await rm(path)
})

test('the file handler begins a new line after one that was cut off, as by a full disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-handlers-'))
  const path = join(folder, 'alerts.jsonl')
  await writeFile(path, '{"id": 1}\n{"id": 2, "ki')
  await storeObservations({ pool: deliveries.pool, handlers: ['file'] }, episode('one'))
  deliveries.start(fileHandler({ path }))
  await waitFor(async () => (await deliveries.left('file')) === 0)
  const [whole, cut, ...own] = (await readFile(path, 'utf8')).trim().split('\n')
  expect([whole, cut]).toEqual(['{"id": 1}', '{"id": 2, "ki'])
  expect(own.map((line) => JSON.parse(line).kind)).toEqual(['opened', 'closed'])
  await rm(folder, { recursive: true })
})

test('the webhook handler follows no redirect', async () => {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await storeObservations({ pool: deliveries.pool, handlers: ['webhook'] }, episode('one', false))
  deliveries.start(webhookHandler({ url: `http://127.0.0.1:${port}/here` }))
  await waitFor(async () => {
    const { rows } = await deliveries.pool.query('SELECT last_error FROM deliveries')
    return rows[0].last_error === 'HTTP 307'
  })
  expect(new Set(asked)).toEqual(new Set(['/here']))
  await new Promise((resolve) => server.close(resolve))
})

test('the webhook handler reads its address from a file for each event, and shows neither', async () => {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-handlers-'))
  const { handlers } = defineConfig({ handlers: { desk: { webhook: { urlFile: 'the-address' } } } })
  const [handler] = configuredHandlers({ handlers }, folder)
  const handle = async () => handler?.handle({ id: 1 } as AlertEvent, AbortSignal.timeout(5_000))
  const failure = () =>
    handle().then(
      () => 'none',
      (error: Error) => error.message,
    )
  expect(await failure()).toBe('the file of webhook.urlFile cannot be read: ENOENT')
  await writeFile(join(folder, 'the-address'), 'secret\n')
  expect(await failure()).toMatch(/^the file of webhook.urlFile has no address that begins with/)
  for (const path of ['/first', '/second']) {
    await writeFile(join(folder, 'the-address'), `http://127.0.0.1:${port}${path}\n`)
    expect(await failure()).toBe('none')
  }
  expect(asked).toEqual(['/first', '/second'])
  await rm(folder, { recursive: true })
  await new Promise((resolve) => server.close(resolve))
})

test('two handlers of one name are refused, because their deliveries would be mixed up', async () => {
  const databaseUrl = deliveries.pool.options.connectionString as string
  const handlers = ['http://127.0.0.1:9/a', 'http://127.0.0.1:9/b'].map((url) => webhookHandler({ url }))
  const options = { config: defineConfig(), databaseUrl, prometheusUrl: 'http://127.0.0.1:9', port: 0 }
  await expect(startRecorder({ ...options, handlers, logger: silentLogger })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    value: 'webhook',
  })
})

test('handlers of the configuration get what happens under their names, files beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-handlers-'))
  const told: string[] = []
  const { handlers } = defineConfig({
    handlers: { archive: { file: 'alerts.jsonl' } },
    plugins: [{ name: 'pager', handlers: { ring: ({ kind }) => void told.push(kind) } }],
  })
  const configured = configuredHandlers({ handlers }, folder)
  const names = configured.map(({ name }) => name)
  expect(names).toEqual(['archive', 'pager.ring'])
  await storeObservations({ pool: deliveries.pool, handlers: names }, episode('one'))
  for (const handler of configured) deliveries.start(handler)
  await waitFor(async () => (await deliveries.left('archive')) + (await deliveries.left('pager.ring')) === 0)
  expect(told).toEqual(['opened', 'closed'])
  expect((await readFile(join(folder, 'alerts.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2)
  await rm(folder, { recursive: true })
})
