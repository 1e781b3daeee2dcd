import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { eventually } from '../../../../test/harness/eventually.js'
import type { Warning } from '../../src/index.js'
import { type FollowedSettings, followSettings } from '../../src/recorder/follow-settings.js'
import { readSettings, settingsOf } from '../../src/recorder/settings.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const on = { benchmark: true, overflow: true, adaptation: true }
const first = { integrations: on, kpis: {} }
const off = { ...first, integrations: { ...on, benchmark: false } }

let server: Server | undefined
let followed: FollowedSettings | undefined

afterEach(() => {
  followed?.stop()
  server?.closeAllConnections()
  server?.close()
})

async function recorder(answer: RequestListener): Promise<string> {
  server = createServer(answer)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('followed settings', () => {
  const options = { service: 'team/memory api', first }

  test('are first those of the configuration, then those of the recorder, requested by tag', async () => {
    let answer: object = first
    const asked: (string | undefined)[] = []
    const changes: object[] = []
    const addresses = new Set()
    const url = await recorder((request, response) => {
      const tag = JSON.stringify(JSON.stringify(answer).length)
      asked.push(request.headers['if-none-match'])
      addresses.add(`${request.url} ${request.headers.authorization}`)
      if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end()
      response.setHeader('etag', tag)
      response.end(JSON.stringify(answer))
    })
    const onChange = (to: object) => changes.push(to)
    const headers = new Headers({ authorization: 'Bearer key' })
    followed = followSettings({ ...options, recorder: url, headers, everyMs: 20, onChange })
    expect(followed.current).toEqual(first)
    await eventually('a question with a tag', () => asked.length > 2 && asked.at(-1) !== undefined)
    expect(changes).toEqual([])
    answer = off
    await eventually('the change', () => followed?.current.integrations.benchmark === false)
    expect(changes).toEqual([off])
    expect([...addresses]).toEqual(['/api/instrumentation-config?service=team%2Fmemory%20api Bearer key'])
  })

  test.each<[string, RequestListener]>([
    ['that fails', (_, response) => response.writeHead(500).end('{}')],
    ['that answers no JSON', (_, response) => response.end('hello')],
    ['that answers other JSON', (_, response) => response.end('{"integrations": {"benchmark": "no"}}')],
    ['that cuts the connection', (request) => request.socket.destroy()],
  ])('do not change with a recorder %s', async (_, answer) => {
    let asked = 0
    const url = await recorder((request, response) => {
      asked += 1
      answer(request, response)
    })
    followed = followSettings({ ...options, recorder: url, first: off, everyMs: 10 })
    await eventually('some questions', () => asked > 3)
    expect(followed.current).toEqual(off)
  })

  test.each([
    [401, 'a key with the scope write:measurements'],
    [404, 'base address'],
  ])(
    'do not change where the recorder refuses with %d, and a warning says what to do',
    async (status, advice) => {
      const warnings: Warning[] = []
      const url = await recorder((_, response) => response.writeHead(status).end('{}'))
      const warn = (warning: Warning) => void warnings.push(warning)
      followed = followSettings({ ...options, recorder: url, everyMs: 10_000, warn })
      await eventually('the warning', () => warnings.length === 1)
      expect(warnings).toEqual([
        { code: 'SETTINGS_NOT_FOLLOWED', message: expect.stringMatching(`\\(${status}\\).*${advice}`) },
      ])
    },
  )

  test('do not change without a recorder, at any address', () => {
    followed = followSettings({ ...options, recorder: 'nowhere', first: off })
    expect(followed.current).toEqual(off)
  })
})

const valid = {
  integrations: on,
  kpis: {
    latency: {
      thresholds: { warning: 4 },
      overrides: [{ model: 'm', context_size: '8192', thresholds: { critical: 9 } }],
    },
  },
}

test('an answer of the recorder is read as the configuration has it', () => {
  expect(readSettings(valid)).toEqual({
    integrations: on,
    kpis: {
      latency: {
        thresholds: { warning: 4 },
        overrides: [{ model: 'm', contextSize: 8_192, thresholds: { critical: 9 } }],
      },
    },
  })
})

test.each<[string, unknown]>([
  ['null', null],
  ['no KPIs', { integrations: on }],
  ['no overrides', { ...valid, kpis: { latency: { thresholds: {} } } }],
  [
    'a threshold that is text',
    { ...valid, kpis: { latency: { thresholds: { error: '4' }, overrides: [] } } },
  ],
  [
    'a context size that is none',
    { ...valid, kpis: { latency: { thresholds: {}, overrides: [{ context_size: 'big', thresholds: {} }] } } },
  ],
  [
    'a model that is a number',
    { ...valid, kpis: { latency: { thresholds: {}, overrides: [{ model: 1 }] } } },
  ],
])('an answer with %s is not read', (_, answer) => {
  expect(readSettings(answer)).toBeUndefined()
})

test('thresholds that are changed in the recorder decide of onBreach, and of what is always sent', async () => {
  const changed = defineConfig({
    instrumentation: { measurementSampling: 0 },
    kpis: {
      latency: {
        thresholds: { warning: 2, error: 3 },
        overrides: [{ model: 'slow', thresholds: { warning: 2.5 } }],
      },
    },
  })
  const { integrations, kpis } = settingsOf(changed)
  const sent: number[] = []
  let isAsked = false
  const url = await recorder(async (request, response) => {
    if (request.url?.startsWith('/api/')) {
      isAsked = true
      return void response.end(JSON.stringify({ integrations, kpis }))
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    for (const { attributes } of JSON.parse(Buffer.concat(chunks).toString()).resourceLogs[0].scopeLogs[0]
      .logRecords)
      sent.push(attributes.find(({ key }: { key: string }) => key === 'mnemoscope.value').value.doubleValue)
    response.end('{}')
  })
  const config = defineConfig({ instrumentation: { measurementSampling: 0 } })
  const monitor = await start({ endpoint: false, recorder: url, config })
  const breaches: unknown[] = []
  monitor.onBreach('warning', ({ model, value, threshold, severity }) => {
    breaches.push([model, value, threshold, severity])
  })
  const fast = monitor.for({ model: 'fast', contextSize: 8_192 })
  // Taken at full speed before the change, which the loop shows only by its outcome.
  await eventually('the first breach of the changed threshold', () => {
    fast.latency.record(2.25)
    return breaches.length > 0 && isAsked
  })
  monitor.for({ model: 'slow', contextSize: 8_192 }).latency.record(2.25)
  monitor.for({ model: 'slow', contextSize: 8_192 }).latency.record(2.75)
  fast.latency.record(1.75)
  fast.latency.record(3)
  await monitor.stop()
  expect(breaches).toEqual([
    ['fast', 2.25, 2, 'warning'],
    ['slow', 2.75, 2.5, 'warning'],
    ['fast', 3, 3, 'error'],
  ])
  expect(new Set(sent)).toEqual(new Set([2.25, 2.75, 3]))
})
