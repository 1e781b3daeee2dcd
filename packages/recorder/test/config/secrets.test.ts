import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { configHash, defineConfig } from '@mnemoscope/kpi'
import { storeChange } from '../../src/config/store.js'
import { differencesBetween } from '../../src/index.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

const config = (secret: string) =>
  defineConfig({
    endpoints: { prometheus: `http://user:${secret}@127.0.0.1:9090` },
    handlers: { desk: { webhook: `https://hooks.example/${secret}` } },
    alerting: { receivers: { desk: { webhook: { url: `https://hooks.example/${secret}` } } } },
  })

beforeAll(async () => {
  recorder = await startTestRecorder({ config: config('first-secret') })
})

afterAll(() => recorder?.stop())

test('neither the API nor the history of changes contains a secret, also not of a change of only secrets', async () => {
  const [before, after] = [config('first-secret'), config('second-secret')]
  const differences = differencesBetween(before, after)
  expect(differences).toEqual([
    { path: 'alerting.receivers.desk.webhook.url', before: '***', after: '***' },
    {
      path: 'endpoints.prometheus',
      before: 'http://***@127.0.0.1:9090/',
      after: 'http://***@127.0.0.1:9090/',
    },
    { path: 'handlers.desk.webhook', before: '***', after: '***' },
  ])
  const sha256 = configHash(before)
  await waitFor(async () => {
    const { rows } = await recorder.pool.query('SELECT FROM config_changes')
    return rows.length === 1 || undefined
  })
  const change = { by: 'somebody', source: 'file', config: after, differences } as const
  const once = { ...change, at: new Date(), sha256, previousSha256: sha256 }
  expect(await storeChange(recorder.pool, once)).toBe(true)
  // By another recorder that follows the same file.
  expect(await storeChange(recorder.pool, once)).toBe(false)

  const { rows } = await recorder.pool.query('SELECT * FROM config_changes ORDER BY id')
  expect(rows.map(({ summary }) => summary)).toEqual([
    [],
    ['endpoints.prometheus changed', 'Receiver desk changed', 'Handler desk changed'],
  ])
  const api = async (path: string) => (await fetch(`${recorder.url}${path}`)).text()
  const texts = [JSON.stringify(rows), await api('/api/config'), await api('/api/config/changes')]
  for (const text of texts) expect(text).not.toMatch(/(?:first|second)-secret/)
})
