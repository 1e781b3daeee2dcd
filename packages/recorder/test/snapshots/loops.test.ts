import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { exclusively } from '../../src/database/locks.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { startTestPrometheus, type TestPrometheus } from '../plumbing/prometheus.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let prometheus: TestPrometheus
let recorder: TestRecorder

beforeAll(async () => {
  prometheus = await startTestPrometheus()
  recorder = await startTestRecorder({
    config: defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' }),
    prometheusUrl: prometheus.url,
  })
}, 120_000)

afterAll(async () => {
  await recorder?.stop()
  await prometheus?.stop()
}, 60_000)

const shownInstant = async () => {
  const text = await (await fetch(`${recorder.url}/metrics`)).text()
  return Number(new RegExp(`^${names.recorderMetric.lastInstant} (.+)$`, 'm').exec(text)?.[1])
}

test('a recorder that stands by while another one takes the snapshots is not behind', async () => {
  let taken = 0
  // The other recorder, which always has its turn.
  await waitFor(() =>
    exclusively(recorder.pool, 'snapshots', async () => {
      const before = await shownInstant()
      taken = Math.ceil(before) + 30
      await storeInstants(recorder.pool, [{ at: new Date(taken * 1_000), rows: [] }])
      await waitFor(async () => (await shownInstant()) === taken)
    }),
  )
  expect(await shownInstant()).toBe(taken)
})
