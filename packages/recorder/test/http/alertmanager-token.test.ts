import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { startTogether } from '../../../../test/harness/started.js'
import { startTestAlertmanager, type TestAlertmanager } from '../plumbing/alertmanager.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder
let withToken: TestAlertmanager
let without: TestAlertmanager

beforeAll(async () => {
  recorder = await startTestRecorder({ token: 'of-my-own' })
  ;[withToken, without] = await startTogether(
    startTestAlertmanager(recorder.url, 'of-my-own'),
    startTestAlertmanager(recorder.url),
  )
}, 120_000)
afterAll(async () => {
  await Promise.all([withToken?.stop(), without?.stop()])
  await recorder?.stop()
}, 60_000)

const raise = async ({ url }: TestAlertmanager, alertname: string) => {
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels: { alertname }, startsAt: new Date().toISOString() }]),
  })
  expect(response.status).toBe(200)
}

/** Notifications that Alertmanager could not deliver for good. */
const failures = async ({ url }: TestAlertmanager) => {
  const text = await (await fetch(`${url}/metrics`)).text()
  const counts = text.matchAll(
    /^alertmanager_notifications_failed_total\{.*integration="webhook".*\} (.+)$/gm,
  )
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

test('notifications of a real Alertmanager are stored if it reads the token from a file, and refused without it', async () => {
  await raise(without, 'MnemoscopeUnheard')
  await raise(withToken, 'MnemoscopeHeard')
  await waitFor(async () => (await failures(without)) > 0)
  const names = async () =>
    (await recorder.pool.query<{ alertname: string }>('SELECT alertname FROM alert_episodes')).rows.map(
      ({ alertname }) => alertname,
    )
  await waitFor(async () => (await names()).length > 0)
  expect(await names()).toEqual(['MnemoscopeHeard'])
})
