import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { eventually } from '../../../../test/harness/eventually.js'
import { divided } from '../../src/database/connections.js'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const databaseConnections = 16
let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({ databaseConnections })
})

afterAll(() => recorder?.stop())

test('readers whose questions take long keep no alert from being stored', async () => {
  const client = await recorder.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE snapshots_hourly IN ACCESS EXCLUSIVE MODE')
    const reading = Array.from({ length: 40 }, () => fetch(`${recorder.url}/api/analysis/models`))
    let last = 0
    await eventually(
      'every question waits that can',
      async () => {
        const { rows } = await recorder.pool.query<{ waiting: number }>(
          "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%compare_models%'",
        )
        const { waiting = 0 } = rows[0] ?? {}
        // All that can wait there: another one would come within a second.
        const isAll = waiting >= divided(databaseConnections).readers && waiting === last
        last = waiting
        return isAll
      },
      { everyMs: 1_000 },
    )
    const startsAt = new Date().toISOString()
    const alert = { status: 'firing', labels: { alertname: 'MnemoscopeA' }, startsAt } as const
    expect(await postWebhook(recorder.url, notification([alert]))).toMatchObject({ status: 200 })
    await client.query('ROLLBACK')
    for (const { status } of await Promise.all(reading)) expect([200, 503]).toContain(status)
  } finally {
    client.release(true)
  }
})
