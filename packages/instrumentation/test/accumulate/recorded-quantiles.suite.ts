import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'
import { latencies, spread } from './distributions.js'
import { bucketsByOperation, near, reading, worst } from './readings.js'

const { start } = monitors()
const { kpis } = defineConfig()

test('a p95 of latencies that were recorded and scraped errs by no more than that of their distribution', async () => {
  const monitor = await start()
  const targets = [0.02, 0.3, 1.3, 2.2, 4.9, 7, 18, 70, 150]
  const recorded = Object.entries(latencies).flatMap(([name, distribution]) => {
    const values = spread(distribution, 2_000)
    const p95 = values[1_899] as number
    return targets.map((exact) => ({ name, exact, values: values.map((value) => (value / p95) * exact) }))
  })
  for (const [i, { values }] of recorded.entries()) {
    const { latency } = monitor.for({ model: 'm', contextSize: 1, operation: String(i) })
    for (const value of values) latency.record(value)
  }
  const buckets = bucketsByOperation(await scrape(monitor.url), kpis.latency)
  const all = recorded.map(({ name, exact }, i) => reading(name, exact, buckets.get(String(i)) ?? []))
  expect(all).toHaveLength(90)
  expect(worst(near(kpis.latency, all)).error).toBeLessThanOrEqual(0.05)
  expect(worst(all).error).toBeLessThanOrEqual(0.15)
})
