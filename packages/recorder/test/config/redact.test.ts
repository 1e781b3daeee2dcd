import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { redacted } from '../../src/config/redact.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

const secret = 'pass%20word'
const config = (user: string) =>
  defineConfig({ endpoints: { prometheus: `http://${user}:${secret}@127.0.0.1:9090` } })

beforeAll(async () => {
  recorder = await startTestRecorder({ config: config('first') })
})

afterAll(() => recorder?.stop())

test('an address is shown without its password, and texts as Postgres can hold them', () => {
  expect(
    redacted({ a: ['https://u:p@host/path', 'a: b@c', 'http://host:80/@'], b: 'x\0', c: null, d: 1 }),
  ).toEqual({
    a: ['https://u:***@host/path', 'a: b@c', 'http://host:80/@'],
    b: 'x\uFFFD',
    c: null,
    d: 1,
  })
})

test('neither the API nor the history of changes contains a password, also not of a change', async () => {
  const another = await recorder.startAnother({ config: config('second') })
  try {
    const api = async (path: string) => (await fetch(`${another.url}${path}`)).text()
    const stored = async () => {
      const { rows } = await recorder.pool.query('SELECT config, differences FROM config_changes ORDER BY id')
      return rows.length > 1 ? rows : undefined
    }
    const rows = await waitFor(stored)
    expect(rows[1].differences).toEqual([
      expect.objectContaining({
        path: 'endpoints.prometheus',
        before: expect.stringContaining('first:***@'),
        after: expect.stringContaining('second:***@'),
      }),
    ])
    for (const text of [JSON.stringify(rows), await api('/api/config'), await api('/api/config/changes')]) {
      expect(text).toContain('second:***@')
      expect(text).not.toContain(secret)
    }
  } finally {
    await another.stop()
  }
})
