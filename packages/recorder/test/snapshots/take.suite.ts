import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import { queryRange } from '../../src/prometheus/query.js'
import { takeSnapshot, takeSnapshots } from '../../src/snapshots/take.js'
import { startTestPrometheus, type TestPrometheus } from '../plumbing/prometheus.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(120_000)

const record = 'job_model_context_size_operation:mnemoscope_f1_score'
/** Evaluated far less often than the recorder expects: most of the time evaluations seem to fail. */
const rules = `
groups:
  - name: seldom
    interval: 10s
    rules:
      - {record: "${record}:current", expr: f1_score}
      - {record: "${record}:p95", expr: f1_score}
`
const intervals = { scrapeSeconds: 1, checkSeconds: 1, snapshotSeconds: 2 }
const second = 1_000

let prometheus: TestPrometheus

beforeAll(async () => {
  prometheus = await startTestPrometheus({ rules })
  prometheus.expose('f1_score{model="a",context_size="8192"} 0.9\n')
}, 60_000)
afterAll(() => prometheus?.stop(), 60_000)

test('values from before the last two evaluations are not stored, nor after a restart before rules have run', async () => {
  const client = createPrometheusClient({ url: prometheus.url })
  const newest = () => Math.floor((Date.now() - 2 * second) / second) * second
  const whole = async (after: number) =>
    waitFor(async () => {
      const at = newest()
      if (at <= after) return false
      const instant = await takeSnapshot(client, new Date(at), intervals)
      return 'rows' in instant && instant.rows.length > 0 && at
    })
  const first = await whole(0)
  await waitFor(() => newest() >= first + 7 * second)
  await prometheus.server.stop()
  await prometheus.restart()
  const again = await whole(first + 7 * second)
  await waitFor(() => newest() >= again + 12 * second)
  const range = { from: new Date(first), to: new Date(again + 12 * second), stepSeconds: 1 }
  const instants = await takeSnapshots(client, range, intervals)
  const apart = await Promise.all(instants.map(({ at }) => takeSnapshot(client, at, intervals)))
  expect(instants).toEqual(apart)

  const [evaluations] = await queryRange(client, `timestamp(${record}:current)`, range)
  const evaluatedAt = new Map(evaluations?.samples.map(({ at, value }) => [at, value * second]))
  const seen = instants.map((instant) => {
    // While Prometheus is stopped.
    if ('gap' in instant && instant.gap !== 'rules_not_evaluated') return instant.gap
    const at = instant.at.getTime()
    const age = at - (evaluatedAt.get(at) ?? 0)
    // The value for two evaluations and a second to spare, the rest for its own interval.
    const expected = age < 2 * second ? ['value', 'p95'] : age < 3 * second ? ['value'] : []
    const [row] = 'rows' in instant ? instant.rows : []
    expect((['value', 'p95'] as const).filter((field) => row?.[field] === 0.9)).toEqual(expected)
    return 'gap' in instant ? instant.gap : expected.join()
  })
  expect([...new Set(seen)]).toEqual(expect.arrayContaining(['value,p95', 'value', 'rules_not_evaluated']))
})
