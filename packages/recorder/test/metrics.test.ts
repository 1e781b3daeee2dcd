import { expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { createMetrics } from '../src/metrics.js'

test('a recorder that has just started is not behind by the age of the epoch', async () => {
  const before = Date.now() / 1_000
  const text = await createMetrics().registry.metrics()
  const value = Number(new RegExp(`^${names.recorderMetric.lastInstant} (.+)$`, 'm').exec(text)?.[1])
  expect(value).toBeGreaterThanOrEqual(before)
})
