import { describe, expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { busy, firing, one, pending, run } from './breach.js'

// The short form, in `npm test`: breach.test.ts.
describe('an alert', () => {
  test('waits for its time, and goes on for its time after the recovery', async () => {
    const result = await run(
      { for: '4m', keepFiringFor: '8m' },
      [busy(0.9375, 40), busy(0.5, 40), busy(0.9375, 80)],
      [
        { at: '13m', values: { [pending('Critical')]: one, [firing('Critical')]: [] } },
        { at: '18m', values: { [firing('Critical')]: one } },
        { at: '27m', values: { [firing('Critical')]: one } },
        { at: '38m', values: { [firing('Critical')]: [] } },
      ],
    )
    expect(result).toBe('')
  })
})

test.each([0.1, 0.3])(
  'an alert fires where every operation is exactly at its threshold of %d',
  async (threshold) => {
    const settings = { thresholds: { critical: threshold, warning: undefined, error: undefined } }
    const always = [{ at: '9m30s', values: { [firing('Critical')]: one } }]
    expect(await run(settings, [busy(threshold, 40)], always)).toBe('')
  },
)

describe('a place without data', () => {
  const stopped = [busy(0.5, 40), { scrapes: 120 }]
  const healthyThenStopped = [busy(0.9375, 40), { scrapes: 120 }]

  test('breaches every level where that is asked for, with a value that is no number', async () => {
    const result = await run({ noData: 'breach', expectedFor: '15m' }, healthyThenStopped, [
      { at: '9m', values: { 'count(ALERTS)': [] } },
      { at: '20m', values: { [firing('Critical')]: one, [firing('Error')]: one, [firing('Warning')]: one } },
      { at: '36m', values: { 'count(ALERTS)': [] } },
    ])
    expect(result).toBe('')
  })

  test('can mean something else for one model', async () => {
    const overrides = [{ model: 'm', noData: 'breach' as const, expectedFor: '15m' }]
    expect(await run({ overrides }, stopped, [{ at: '20m', values: { [firing('Critical')]: one } }])).toBe('')
    const other = [{ model: 'other', noData: 'breach' as const }]
    expect(await run({ overrides: other }, stopped, [{ at: '20m', values: { 'count(ALERTS)': [] } }])).toBe(
      '',
    )
  })
})

test('how much is remembered can be something else for one model', async () => {
  const value = names.recordedSeries.current({ id: 'f1_score' })
  const few = `count(${value} > 0.98)`
  const phases = [busy(0.5, 61), busy(1, 20)]
  const at = '20m'
  const overrides = (operations: number) => ({ overrides: [{ model: 'm', operations }] })
  expect(await run(overrides(5), phases, [{ at, values: { [few]: one } }])).toBe('')
  expect(await run(overrides(100), phases, [{ at, values: { [few]: [] } }])).toBe('')
})
