import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { findTool } from '@mnemoscope/servers'
import fc from 'fast-check'
import { anyCodePoints } from '../../../../test/harness/any-code-points.js'
import type { Monitor } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'

/** The seed of the random values. Set `MNEMOSCOPE_TEST_SEED` to repeat a failure. */
export const seed = Number(process.env.MNEMOSCOPE_TEST_SEED) || Date.now() % 2 ** 31

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    Number.MIN_VALUE,
    1e308,
    2 ** 53,
  ),
)
const anyValue = fc.oneof(
  { weight: 3, arbitrary: anyNumber },
  { weight: 1, arbitrary: fc.anything({ withBigInt: true, withNullPrototype: true }) },
)
const anyText = fc.oneof(
  anyCodePoints(200),
  fc.constantFrom('', '\u0000', '\ud800', '"}\n{', '_overflow', '__proto__'),
)
const anyLabels = fc.record({
  model: fc.oneof(anyText, fc.anything()),
  contextSize: anyValue,
  operation: fc.oneof(anyText, fc.anything()),
})
export const anyCall = fc.record({
  labels: anyLabels,
  values: fc.array(anyValue, { minLength: 40, maxLength: 40 }),
})

const numbers = ['f1_score', 'latency', 'token_usage', 'memory_usage', 'context_utilization'] as const
const outcomes = ['adaptation_success_rate', 'overflow_frequency'] as const

/** @returns how many calls these are */
export function take(monitor: Monitor, { labels, values }: { labels: unknown; values: unknown[] }): number {
  const op = monitor.for(labels as never)
  for (const [i, value] of values.entries()) {
    op[numbers[i % numbers.length] ?? 'latency'].record(value as never)
    op[outcomes[i % outcomes.length] ?? 'overflow_frequency'].record(value as never)
  }
  op.operation({ latency: values[0], f1_score: values[1], surprise: values[2] } as never, values[3] as never)
  op.operation(values[4] as never)
  return values.length * 2 + 3
}

const toolsDir = fileURLToPath(new URL('../../../../.mnemoscope/tools', import.meta.url))

/** Makes so many calls with any values and labels: what is scraped then has no NaN and no repeated series, and promtool accepts it. */
export async function expectClean(monitor: Monitor, calls: number): Promise<void> {
  console.log(`MNEMOSCOPE_TEST_SEED=${seed}`)
  monitor.onBreach('warning', () => {})
  // New random values for each call would take most of the time, so the same values get other labels.
  const labels = fc.sample(anyLabels, { numRuns: 2_003, seed })
  const values = fc.sample(anyValue, { numRuns: 2_503, seed })
  let taken = 0
  for (let i = 0; taken < calls; i++) {
    const from = (i * 41) % (values.length - 40)
    taken += take(monitor, { labels: labels[i % labels.length], values: values.slice(from, from + 40) })
  }
  const text = await scrape(monitor.url)
  const samples = samplesOf(text)
  expect([...samples].filter(([, value]) => !/^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(value))).toEqual([])
  expect(samples.size).toBeGreaterThan(1_000)
  const promtool = await findTool('promtool', { toolsDir })
  const { status, stdout, stderr } = spawnSync(promtool.command, ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
}
