import { describe, expect, test } from '@jest/globals'
import {
  ageing,
  canaryKpis,
  defineConfig,
  effectiveOperations,
  heaviestAgeing,
  isInBreach,
  judgeMean,
  judgeShare,
  type Kpi,
  kept,
  type MeanMemory,
  meanSettings,
  rememberMean,
  rememberShare,
  type ShareMemory,
  shareSettings,
} from '@mnemoscope/kpi'

const { f1_score, latency } = defineConfig().kpis
const f1 = meanSettings(f1_score)
const p95 = shareSettings(latency)

/** Memory of operations that came one an evaluation, a minute apart, each worth a value. */
function meanOf(values: readonly number[], settings = f1): MeanMemory {
  let memory: MeanMemory | undefined
  for (const [i, sum] of values.entries())
    memory = rememberMean(memory, { count: 1, sum }, 60 * (i + 1), settings)
  if (memory === undefined) throw new Error('there are no values')
  return memory
}

/** The same for operations of which those that are true were beyond the threshold. */
function shareOf(beyond: readonly boolean[]): ShareMemory {
  let memory: ShareMemory | undefined
  for (const [i, each] of beyond.entries())
    memory = rememberShare(memory, { count: 1, sum: each ? 1 : 0 }, 60 * (i + 1), p95)
  if (memory === undefined) throw new Error('there are no values')
  return memory
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

describe('a memory becomes older', () => {
  const pace = { secondsAnOperation: 7.5, secondsOfQuiet: 110 }

  test.each([
    ['not at all without operations', 0, 3_600, 0],
    ['by about an operation for an operation', 1, 30, 1 / (1 + 0.25) + 30 / 110],
    ['by time in heavy traffic', 1_000_000, 30, 30 / 7.5 + 30 / 110],
    ['by the time that passed in very thin traffic', 1, 3_600, 1 + 3_600 / 110],
  ])('%s', (_, count, elapsed, expected) => {
    expect(ageing(count, elapsed, pace)).toBeCloseTo(expected, 1)
  })

  const lanes = { ...pace, operations: [6, 20, 120] as const }

  test('and each lane keeps less of it the faster it forgets', () => {
    const age = ageing(3, 60, pace)
    const expected = lanes.operations.map((each) => Math.exp(-age / each))
    for (const [i, each] of kept(3, 60, [3, 3, 3], lanes).entries())
      expect(each).toBeCloseTo(expected[i] as number, 12)
  })

  test('and a lane that heavier traffic filled forgets what is beyond the new pace by time', () => {
    const [fast, , slow] = kept(1, 300, [100, 300, 1_500], lanes)
    const byTime = (operations: number) => Math.exp((-300 * heaviestAgeing(pace)) / operations)
    expect(fast).toBeGreaterThan(byTime(6))
    expect(fast * 100 + 1).toBeLessThan(3)
    expect(slow * 1_500 + 1).toBeGreaterThan(byTime(120) * 1_500)
    expect(slow * 1_500).toBeLessThan(1_500 * Math.exp(-ageing(1, 300, pace) / 120))
  })

  test('but not at a steady pace, however heavy it is', () => {
    let weights: readonly [number, number, number] = [30, 30, 30]
    for (let i = 0; i < 1_000; i++) {
      const keeps = kept(30, 30, weights, lanes)
      weights = [keeps[0] * weights[0] + 30, keeps[1] * weights[1] + 30, keeps[2] * weights[2] + 30]
    }
    const age = ageing(30, 30, pace)
    const settled = lanes.operations.map((each) => 30 / (1 - Math.exp(-age / each)))
    for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(settled[i] as number, 6)
  })

  test.each([
    [1, 20, 1.05],
    [20, 20, 40],
    [50, 20, 100],
  ])('a weight of %d of %d remembered is worth %d operations', (weight, remembered, expected) => {
    expect(effectiveOperations(weight, remembered)).toBeCloseTo(expected, 12)
  })
})

describe('settings of a judge', () => {
  test('have three lanes around the operations that people set', () => {
    expect(f1.operations).toEqual([6, 20, 160])
    expect(meanSettings({ ...f1_score, operations: 50 }).operations).toEqual([15, 50, 400])
    expect(p95.operations).toEqual([27, 60, 330])
    expect(f1.expiry).toBe(4_500)
  })

  test.each([
    ['lower_is_better', 'p95', 0.05],
    ['lower_is_better', 'p99', 0.01],
    ['lower_is_better', 'p50', 0.5],
    ['higher_is_better', 'p50', 0.5],
    ['higher_is_better', 'p90', 0.9],
  ] as const)('where %s, %s allows a share of %d beyond', (direction, statistic, allowed) => {
    expect(shareSettings({ ...latency, direction, statistic }).allowed).toBe(allowed)
  })

  test('of a quantile are refused for what is none', () => {
    expect(() => shareSettings(f1_score)).toThrow('mean is no quantile')
  })
})

describe('a mean', () => {
  test('has no memory before its first operation, and none once it expired', () => {
    expect(rememberMean(undefined, { count: 0, sum: 0 }, 0, f1)).toBeUndefined()
    const memory = rememberMean(undefined, { count: 2, sum: 1 }, 0, f1)
    expect(rememberMean(memory, { count: 0, sum: 0 }, 4_500, f1)).toBe(memory)
    expect(rememberMean(memory, { count: 0, sum: 0 }, 4_501, f1)).toBeUndefined()
  })

  test('begins anew with the operations that come after it expired', () => {
    const old = rememberMean(undefined, { count: 50, sum: 5 }, 0, f1)
    expect(rememberMean(old, { count: 1, sum: 0.9 }, 4_530, f1)).toEqual(
      rememberMean(undefined, { count: 1, sum: 0.9 }, 4_530, f1),
    )
  })

  test('is that of the newest operations, more of them the slower the lane', () => {
    const { lanes } = meanOf([...times(200, 0.9), ...times(20, 0.5)])
    const [fast, middle, slow] = lanes.map(({ weight, sum }) => sum / weight) as [number, number, number]
    expect(fast).toBeCloseTo(0.5, 1)
    expect(middle).toBeGreaterThan(0.55)
    expect(middle).toBeLessThan(0.7)
    expect(slow).toBeGreaterThan(0.8)
  })

  test.each([
    ['the first operation of a place proves nothing', [0.79], 0.8, false],
    ['unless it is far beyond', [0.1], 0.8, true],
    [
      'two operations of an hour that are far beyond prove a breach',
      [...times(60, 0.95), 0.3, 0.3, 0.3],
      0.8,
      true,
    ],
    ['one operation among many that is beyond does not', [...times(60, 0.95), 0.3], 0.8, false],
    ['a long time just beyond does', times(200, 0.79), 0.8, true],
    ['and one exactly at the threshold does, too', times(200, 0.7), 0.7 * (1 + 1e-12), true],
    ['a long time just better does not', times(200, 0.81), 0.8, false],
  ])('%s', (_, values, threshold, expected) => {
    expect(judgeMean(meanOf(values), f1).high <= threshold).toBe(expected)
  })

  test('may be less than it is by the hysteresis, more where few operations are known', () => {
    const { value, low, high } = judgeMean(meanOf(times(1_000, 0.9)), f1)
    expect(value).toBeCloseTo(0.9, 9)
    expect(high).toBeCloseTo(0.9, 9)
    expect(low).toBeGreaterThanOrEqual(0.9 / 1.02)
    expect(low).toBeLessThan(0.9)
    const few = judgeMean(meanOf([0.9]), f1)
    expect(few.low).toBeLessThan(low)
    expect(few.high).toBeGreaterThan(high)
  })

  test('has the deviation that its operations show, and before them the assumed one', () => {
    expect(judgeMean(meanOf([0.9]), f1).deviation).toBeCloseTo(0.15, 12)
    expect(judgeMean(meanOf(times(500, 0.9)), f1).deviation).toBeLessThan(0.03)
    const noisy = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? 0.6 : 1))
    expect(judgeMean(meanOf(noisy), f1).deviation).toBeGreaterThan(0.18)
  })

  test('is mirrored where lower is better', () => {
    const range = { ...f1_score.range, min: -1 }
    const lower = meanSettings({ ...f1_score, direction: 'lower_is_better', range })
    const values = [0.9, 0.8, 0.95, 0.4, 0.5, 0.45]
    const there = judgeMean(meanOf(values), f1)
    const mirrored = judgeMean(
      meanOf(
        values.map((value) => -value),
        lower,
      ),
      lower,
    )
    expect(mirrored).toEqual({
      value: -there.value,
      low: -there.high,
      high: -there.low,
      deviation: there.deviation,
    })
  })
})

describe('a share', () => {
  test('has no memory before its first operation, and none once it expired', () => {
    expect(rememberShare(undefined, { count: 0, sum: 0 }, 0, p95)).toBeUndefined()
    const memory = rememberShare(undefined, { count: 2, sum: 1 }, 0, p95)
    expect(rememberShare(memory, { count: 0, sum: 0 }, 4_500, p95)).toBe(memory)
    expect(rememberShare(memory, { count: 0, sum: 0 }, 4_501, p95)).toBeUndefined()
  })

  test.each([
    ['one slow operation of sixty proves nothing', [...times(60, false), true], false],
    ['the last four of a hundred do', [...times(100, false), ...times(4, true)], true],
    ['a tenth of many does', Array.from({ length: 600 }, (_, i) => i % 10 === 9), true],
    ['a thirtieth of many does not', Array.from({ length: 600 }, (_, i) => i % 30 === 29), false],
    ['a first slow operation proves nothing', [true], false],
    ['no slow operation does not', times(500, false), false],
  ])('%s', (_, beyond, expected) => {
    expect(judgeShare(shareOf(beyond), p95).low >= p95.allowed).toBe(expected)
  })

  test.each([
    [
      'ends a breach where nearly none of the newest are slow',
      [...times(100, true), ...times(300, false)],
      true,
    ],
    ['and not while many still are', [...times(100, true), ...times(60, false)], false],
  ])('%s', (_, beyond, expected) => {
    expect(judgeShare(shareOf(beyond), p95).high < p95.allowed).toBe(expected)
  })
})

describe('four canaries every five minutes', () => {
  const { memory_ability } = defineConfig({ kpis: canaryKpis }).kpis
  const settings = meanSettings(memory_ability as Kpi)
  const levels = Object.entries(canaryKpis.memory_ability.thresholds)

  /** Rounds after which each level begins, after 50 rounds in which all were kept. */
  function begins(kept: readonly number[]): Record<string, number> {
    const firstOf: Record<string, number> = {}
    let memory: MeanMemory | undefined
    for (const [i, sum] of [...times(50, 4), ...kept].entries()) {
      memory = rememberMean(memory, { count: 4, sum }, 300 * (i + 1), settings)
      const judged = judgeMean(memory as MeanMemory, settings)
      for (const [level, threshold] of levels)
        if (isInBreach(judged, threshold, 'higher_is_better', false)) firstOf[level] ??= i - 49
    }
    return firstOf
  }

  test.each([
    ['nothing when all are kept', times(100, 4), {}],
    ['nothing when one is broken once', [3, ...times(20, 4)], {}],
    ['every level within two rounds when all are broken', times(5, 0), { warning: 1, error: 1, critical: 1 }],
    ['a warning at once when half are broken', times(3, 2), { warning: 1 }],
  ])('raise %s', (_, kept, expected) => {
    expect(begins(kept)).toEqual(expected)
  })
})
