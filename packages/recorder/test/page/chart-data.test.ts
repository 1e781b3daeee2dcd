import { describe, expect, test } from '@jest/globals'
import { chartColumns, chartRange, lineStyles } from '../../page/chart-data.js'

type Point = readonly [time: number, mean: number, least: number, greatest: number]

const series = (model: string, points: readonly Point[]) => ({
  service: 's',
  model,
  context_size: '8192',
  operation: 'search',
  points,
})

describe('data of a chart', () => {
  test('lines share their times; each has its mean, least and greatest value', () => {
    const a = series('a', [
      [60, 1, 0.5, 2],
      [120, 3, 3, 3],
    ])
    const b = series('b', [[120, 7, 6, 8]])
    expect(chartColumns({ series: [a, b] }, { step_seconds: 60 })).toEqual([
      [60, 120],
      [1, 3],
      [0.5, 3],
      [2, 3],
      [null, 7],
      [null, 6],
      [null, 8],
    ])
  })

  test('a step without a value breaks the lines', () => {
    const a = series('a', [
      [60, 1, 1, 1],
      [240, 2, 2, 2],
    ])
    const [times, means] = chartColumns({ series: [a] }, { step_seconds: 60 })
    expect(times).toEqual([60, 120, 240])
    expect(means).toEqual([1, null, 2])
  })

  test('a series has the same colour in every chart', () => {
    const [a, b] = [series('a', []), series('b', [])]
    const styles = lineStyles({
      kpis: { f1_score: { total_series: 1, series: [b] }, latency: { total_series: 2, series: [a, b] } },
    })
    expect([...styles.values()].map(({ colour }) => colour)).toEqual(['--series-0', '--series-1'])
    expect(styles.get(JSON.stringify(['s', 'b', '8192', 'search']))).toEqual({
      colour: '--series-1',
      dash: [],
    })
  })
})

const f1 = { direction: 'higher_is_better', unit: '1' } as const
const latency = { direction: 'lower_is_better', unit: 's' } as const
const overflow = { direction: 'lower_is_better', unit: '1' } as const
const f1Thresholds = { warning: 0.8, error: 0.75, critical: 0.7 }
const latencyThresholds = { warning: 5, error: 10, critical: 20 }

describe('the y axis of a chart', () => {
  test.each([
    ['a wiggle of 0.001 in a ratio', f1, {}, 0.931, 0.932],
    ['a wiggle of 1 ms in a latency', latency, {}, 0.04, 0.041],
    [
      'a wiggle of a kilobyte in a memory',
      { direction: 'lower_is_better', unit: 'By' } as const,
      {},
      2e8,
      2e8 + 1_024,
    ],
  ])('makes nothing of %s', (_, kpi, thresholds, least, greatest) => {
    const [low, high] = chartRange(kpi, thresholds, least, greatest)
    expect((greatest - least) / (high - low)).toBeLessThan(0.05)
  })

  test('a ratio that is better high ends at 1 and shows the threshold below its values', () => {
    const [low, high] = chartRange(f1, f1Thresholds, 0.92, 0.95)
    expect(high).toBe(1)
    expect(low).toBeLessThan(0.8)
    expect(low).toBeGreaterThan(0.7)
  })

  test('values beyond every threshold are all inside', () => {
    const [low, high] = chartRange(f1, f1Thresholds, 0.3, 0.95)
    expect(low).toBeLessThan(0.3)
    expect(high).toBe(1)
  })

  test('what is better low begins at 0, whether or not a threshold is near', () => {
    expect(chartRange(latency, latencyThresholds, 0.2, 0.4)).toEqual([0, expect.closeTo(0.46)])
    const [low, high] = chartRange(latency, latencyThresholds, 0.2, 3)
    expect(low).toBe(0)
    expect(high).toBeGreaterThan(5)
    expect(high).toBeLessThan(10)
  })

  test('a ratio near 0 is shown against a tenth, not against itself', () => {
    expect(chartRange(overflow, {}, 0, 0.002)).toEqual([0, 0.1])
    expect(chartRange(overflow, {}, 0, 0)).toEqual([0, 0.1])
  })

  test('no values, all zeros and negative values give an axis too', () => {
    expect(chartRange(latency, {}, null, null)).toEqual([0, 1])
    expect(chartRange(latency, {}, 0, 0)).toEqual([0, 1])
    const [low] = chartRange(latency, {}, -5, 3)
    expect(low).toBeLessThan(-5)
  })
})
