import { expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { timeStatements } from '../src/database/pool.js'
import { createPool } from '../src/index.js'
import { startTestRecorder } from './plumbing/recorder.js'
import { waitFor } from './plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

test('statements and requests are timed, those that fail too, and answers stay what they are', async () => {
  const recorder = await startTestRecorder({
    config: defineConfig({ handlers: { log: 'console' } }),
    handlers: [{ name: 'idle', handle: () => undefined }],
  })
  const pool = createPool(recorder.databaseUrl)
  const times: number[] = []
  timeStatements(pool, (seconds) => times.push(seconds))
  expect((await pool.query('SELECT $1::integer AS n', [5])).rows).toEqual([{ n: 5 }])
  await expect(pool.query('SELECT 1 / 0')).rejects.toThrow('division by zero')
  const client = await pool.connect()
  expect((await client.query('SELECT pg_sleep(0.2)')).rowCount).toBe(1)
  client.release()
  await pool.end()
  expect(times).toHaveLength(3)
  expect(times[2]).toBeGreaterThanOrEqual(0.19)

  const { queryDuration, deliveries } = names.recorderMetric
  await waitFor(async () => {
    const text = await (await fetch(`${recorder.url}/metrics`)).text()
    const isThere = (line: RegExp) => line.test(text)
    return (
      isThere(new RegExp(`^${queryDuration}_count\\{server="postgres"\\} [1-9]`, 'm')) &&
      isThere(new RegExp(`^${queryDuration}_count\\{server="prometheus"\\} [1-9]`, 'm')) &&
      isThere(new RegExp(`^${deliveries}\\{handler="idle",state="waiting"\\} 0$`, 'm'))
    )
  })
  await recorder.stop()
})
