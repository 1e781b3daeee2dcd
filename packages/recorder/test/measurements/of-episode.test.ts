import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { FoundMeasurement } from '../../src/measurements/found.js'
import { getJson } from '../plumbing/get-json.js'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { f1, now, record, sendLogs } from './otlp-logs.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder()
}, 60_000)

afterAll(() => recorder?.stop(), 60_000)

test('an episode leads to the worst measurements behind it', async () => {
  const values = [0.9, 0.3, 0.6, 0.1]
  await sendLogs(
    recorder.url,
    values.map((value, i) => record(f1(value, { 'mnemoscope.model': 'model-w' }), now - 1_000 * i)),
  )
  await postWebhook(
    recorder.url,
    notification([
      {
        status: 'firing',
        labels: {
          alertname: 'MnemoscopeF1ScoreCritical',
          severity: 'critical',
          kpi: 'f1_score',
          job: 'memory',
          model: 'model-w',
          context_size: '8192',
        },
        startsAt: new Date(now).toISOString(),
      },
    ]),
  )
  const { body: found } = await getJson<{ episodes: { id: number }[] }>(`${recorder.url}/api/episodes`)
  const { body } = await getJson<{ measurements: FoundMeasurement[] }>(
    `${recorder.url}/api/measurements?episode=${found.episodes[0]?.id}&limit=3`,
  )
  expect(body.measurements.map(({ value, severity }) => [value, severity])).toEqual([
    [0.1, 'critical'],
    [0.3, 'critical'],
    [0.6, 'critical'],
  ])
  expect((await getJson(`${recorder.url}/api/measurements?episode=999999`)).status).toBe(404)
  // What would not be read is refused.
  for (const more of ['limit=1001', 'format=csv', 'model=model-w', 'hours=1', 'cursor=A']) {
    const { status } = await getJson(
      `${recorder.url}/api/measurements?episode=${found.episodes[0]?.id}&${more}`,
    )
    expect({ more, status }).toEqual({ more, status: 400 })
  }
})

test('an alert that concerns every model and context size leads to the worst measurements of its service', async () => {
  await sendLogs(recorder.url, [record(f1(0.02, { 'mnemoscope.model': 'model-x' }))])
  const startsAt = new Date(now).toISOString()
  const labels = { alertname: 'MnemoscopeF1OfAll', severity: 'error', kpi: 'f1_score', job: 'memory' }
  await postWebhook(recorder.url, notification([{ status: 'firing', labels, startsAt }]))
  const found = await getJson<{ episodes: { id: number }[] }>(
    `${recorder.url}/api/episodes?alertname=MnemoscopeF1OfAll`,
  )
  const { body } = await getJson<{ measurements: FoundMeasurement[] }>(
    `${recorder.url}/api/measurements?episode=${found.body.episodes[0]?.id}&limit=1`,
  )
  expect(body.measurements).toMatchObject([{ value: 0.02, model: 'model-x' }])
})

test('an alert of a KPI that the configuration does not know has no measurements, whatever its name', async () => {
  const labels = { alertname: 'MnemoscopeOther', kpi: 'constructor' }
  await postWebhook(
    recorder.url,
    notification([{ status: 'firing', labels, startsAt: new Date(now).toISOString() }]),
  )
  const { rows } = await recorder.pool.query("SELECT id FROM alert_episodes WHERE kpi = 'constructor'")
  const response = await fetch(`${recorder.url}/api/measurements?episode=${rows[0].id}`)
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 200,
    body: { measurements: [], next_cursor: null },
  })
})
