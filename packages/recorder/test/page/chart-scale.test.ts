import { describe, expect, test } from '@jest/globals'
import {
  chartRange,
  limitLabel,
  roundTicks,
  scaleOf,
  timeTicks,
  valueLabels,
} from '../../page/chart-scale.js'

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

  test.each([
    ['better high', f1, {}],
    ['better high, with thresholds', f1, f1Thresholds],
    ['better low', overflow, {}],
  ])('a constant rate of 1 lies at the top, not on the floor: %s', (_, kpi, thresholds) => {
    const [low, high] = chartRange(kpi, thresholds, 1, 1)
    expect(high).toBe(1)
    expect(low).toBeLessThan(0.9)
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
    const throughput = { direction: 'higher_is_better', unit: '{request}' } as const
    expect(chartRange(throughput, {}, 0, 0)).toEqual([0, 1])
    const [low] = chartRange(latency, {}, -5, 3)
    expect(low).toBeLessThan(-5)
    const [bottom, top] = chartRange(throughput, {}, -5, -3)
    expect(bottom).toBeLessThan(-5)
    expect(top).toBeGreaterThan(-3)
  })
})

describe('the ticks of values', () => {
  const mib = 2 ** 20
  test.each([
    ['a ratio', [0.67, 1], 5, '1', [0.7, 0.8, 0.9, 1], ['0.7', '0.8', '0.9', '1.0']],
    [
      'a narrow ratio',
      [0.79, 1],
      5,
      '1',
      [0.8, 0.85, 0.9, 0.95, 1],
      ['0.80', '0.85', '0.90', '0.95', '1.00'],
    ],
    ['seconds', [0, 21], 4, 's', [0, 10, 20], ['0 s', '10 s', '20 s']],
    [
      'milliseconds',
      [0, 0.46],
      5,
      's',
      [0, 0.1, 0.2, 0.3, 0.4],
      ['0 ms', '100 ms', '200 ms', '300 ms', '400 ms'],
    ],
    ['tenths of a second', [0, 1.5], 4, 's', [0, 0.5, 1, 1.5], ['0.0 s', '0.5 s', '1.0 s', '1.5 s']],
    ['tokens', [0, 16_000], 4, '{token}', [0, 5_000, 10_000, 15_000], ['0', '5,000', '10,000', '15,000']],
    [
      'bytes',
      [0, 250 * mib],
      4,
      'By',
      [0, 64 * mib, 128 * mib, 192 * mib],
      ['0 MiB', '64 MiB', '128 MiB', '192 MiB'],
    ],
    ['negative values', [-5.5, 3], 4, '', [-5, 0], ['-5', '0']],
    ['no range', [1, 1], 5, '1', [], []],
    ['no room', [0, 1], 0, '1', [], []],
  ] as const)('are round, in one unit: %s', (_, range, most, unit, ticks, labels) => {
    expect(roundTicks(range, most, unit)).toEqual(ticks)
    expect(valueLabels(ticks, unit, scaleOf(range, unit))).toEqual(labels)
  })

  test('a threshold has the unit of its axis, and all its figures', () => {
    expect(limitLabel(5, scaleOf([0.4, 5], 's'))).toBe('5 s')
    expect(limitLabel(0.25, scaleOf([0.4], 's'))).toBe('250 ms')
    expect(limitLabel(0.8125, scaleOf([1], '1'))).toBe('0.8125')
    expect(limitLabel(15_000, scaleOf([15_000], '{token}'))).toBe('15,000')
  })
})

describe('the ticks of time', () => {
  const labels = (from: string, to: string, most: number) =>
    timeTicks([Date.parse(from) / 1_000, Date.parse(to) / 1_000], most).map(({ time, day }) =>
      day === undefined ? time : `${time} ${day}`,
    )
  test.each([
    [
      'a minute',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:05:05Z',
      4,
      ['03:04:15 2 Jan', '03:04:30', '03:04:45', '03:05:00'],
    ],
    ['hours', '2026-01-01T21:04:05Z', '2026-01-02T03:04:05Z', 3, ['22:00 1 Jan', '00:00 2 Jan', '02:00']],
    ['days', '2026-01-01T12:00:00Z', '2026-01-07T12:00:00Z', 3, ['3 Jan', '5 Jan', '7 Jan']],
    [
      'a change of year',
      '2025-12-30T12:00:00Z',
      '2026-01-02T12:00:00Z',
      3,
      ['31 Dec 2025', '1 Jan 2026', '2 Jan 2026'],
    ],
    ['nothing', '2026-01-01T12:00:00Z', '2026-01-01T12:00:00Z', 3, []],
  ])('are round, in UTC, with the day where it begins: %s', (_, from, to, most, expected) => {
    expect(labels(from, to, most)).toEqual(expected)
  })
})
