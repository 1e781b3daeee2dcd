import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type Behind, nothingBehind } from '../../src/operations/behind.js'
import { sidesOf } from '../../src/operations/found.js'
import { f1, now, record, sendLogs } from '../measurements/otlp-logs.js'
import { getJson } from '../plumbing/get-json.js'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

beforeAll(async () => {
  const traces = 'https://traces.example.com/{traceId}?span={spanId}'
  recorder = await startTestRecorder({ config: defineConfig({ endpoints: { traces } }) })
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

test('an episode leads to its operations, to their traces, and to what the bad ones have in common', async () => {
  const inModel = (value: number, tenant: string, secondsAgo: number) =>
    record(f1(value, { 'mnemoscope.model': 'model-w', tenant }), now - 1_000 * secondsAgo)
  const records = [0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65].map((value, i) => inModel(value, 'acme', 90 - i))
  // Of other tenants one in twenty is bad.
  for (let i = 0; i < 40; i++) records.push(inModel(i % 20 === 7 ? 0.61 : 0.9, `t${i % 4}`, 88 - i / 10))
  await sendLogs(recorder.url, records)
  const id = await fires({ alertname: 'MnemoscopeF1ScoreCritical', model: 'model-w' })
  const { body } = await behind(id)
  expect(body.worst.map(({ value }) => value)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5])
  expect([body.first?.value, body.typical?.value, body.others[0]?.value]).toEqual([0.1, 0.5, 0.9])
  expect(body.worst[0]?.trace_url).toBe(
    'https://traces.example.com/0123456789abcdef0123456789abcdef?span=0123456789abcdef',
  )
  expect([body.compared_with, body.differs]).toEqual([
    'others',
    [{ key: 'tenant', value: 'acme', bad: 8, of_bad: 10, others: 0, of_others: 38 }],
  ])
  expect((await behind(999_999)).status).toBe(404)

  const minute = `from=${new Date(now - 120_000).toISOString()}&to=${new Date(now).toISOString()}`
  const ofTime = await getJson<Behind>(`${recorder.url}/api/operations?kpi=f1_score&model=model-w&${minute}`)
  expect(ofTime.body).toEqual(body)
})

test('of equally bad operations the newest come first', async () => {
  const at = [80, 20, 50].map((secondsAgo) => now - 1_000 * secondsAgo)
  await sendLogs(
    recorder.url,
    at.map((each) => record(f1(0.03, { 'mnemoscope.model': 'model-t' }), each)),
  )
  const { body } = await behind(await fires({ alertname: 'MnemoscopeF1ScoreCritical', model: 'model-t' }))
  expect(body.worst.map((each) => Math.round(now / 1_000 - each.timestamp))).toEqual([20, 50, 80])
  expect(Math.round(now / 1_000 - (body.first?.timestamp ?? 0))).toBe(80)
})

test('where nearly everything is bad, the hour before is compared', async () => {
  const inModel = (value: number, version: string, secondsAgo: number) =>
    record(f1(value, { 'mnemoscope.model': 'model-v', version }), now - 1_000 * secondsAgo)
  await sendLogs(recorder.url, [
    ...Array.from({ length: 20 }, (_, i) => inModel(0.9, '2.0', 1_000 + i)),
    ...Array.from({ length: 20 }, (_, i) => inModel(0.3, '2.1', 20 + i)),
  ])
  const { body } = await behind(await fires({ alertname: 'MnemoscopeF1ScoreCritical', model: 'model-v' }))
  expect([body.compared_with, body.differs]).toEqual([
    'before',
    [{ key: 'version', value: '2.1', bad: 20, of_bad: 20, others: 0, of_others: 20 }],
  ])
})

test('long texts are shown and not compared, and metadata replace no label', async () => {
  const inModel = (value: number, version: string, i: number) => {
    const texts = { prompt: `${i} ${'long '.repeat(700)}`, model: version }
    const known = { 'mnemoscope.model': 'model-u', version, ...texts, ['__proto__']: version }
    return record(f1(value, known), now - 1_000 * (60 - i))
  }
  const records = Array.from({ length: 40 }, (_, i) =>
    inModel(i % 2 === 0 ? 0.9 : 0.3, i % 2 === 0 ? '1' : '2', i),
  )
  await sendLogs(recorder.url, records)
  const { body } = await behind(await fires({ alertname: 'MnemoscopeF1ScoreCritical', model: 'model-u' }))
  const shown = [body.first, body.typical, body.worst[0], body.others[0]]
  for (const each of shown) expect(each?.metadata).toMatchObject({ prompt: expect.stringMatching(/long $/) })
  expect(body.differs.map(({ key, value }) => [key, value])).toEqual([
    ['version', '2'],
    ['__proto__', '2'],
  ])
  const { bad, others } = await sidesOf(recorder.pool, {
    ...{ kpi: defineConfig({}).kpis.f1_score, threshold: 0.7 },
    scope: { from: new Date(now - 120_000), to: new Date(now), model: 'model-u' },
  })
  expect([...bad, ...others].filter(({ metadata }) => 'prompt' in metadata)).toEqual([])
})

test('an alert that concerns every model and context size leads to the worst measurements of its service', async () => {
  await sendLogs(recorder.url, [record(f1(0.02, { 'mnemoscope.model': 'model-x' }))])
  const { body } = await behind(await fires({ alertname: 'MnemoscopeF1OfAll' }))
  expect(body.worst[0]).toMatchObject({ value: 0.02, model: 'model-x' })
})

test('an alert of a KPI that the configuration does not know has no operations, whatever its name', async () => {
  const id = await fires({ alertname: 'MnemoscopeOther', kpi: 'constructor' })
  expect(await behind(id)).toEqual({ status: 200, body: nothingBehind })
})

/** An alert of the service. @returns the id of its episode */
async function fires(labels: { readonly alertname: string; readonly model?: string; readonly kpi?: string }) {
  const of = { severity: 'critical', kpi: 'f1_score', job: 'memory', ...labels }
  const startsAt = new Date(now).toISOString()
  await postWebhook(recorder.url, notification([{ status: 'firing', labels: of, startsAt }]))
  const sql = 'SELECT id FROM alert_episodes ORDER BY id DESC LIMIT 1'
  return Number((await recorder.pool.query(sql)).rows[0].id)
}

async function behind(episode: number) {
  const { status, body } = await getJson<Behind>(`${recorder.url}/api/episodes/${episode}/operations`)
  return { status, body }
}
