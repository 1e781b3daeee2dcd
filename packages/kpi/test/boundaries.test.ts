import { describe, expect, test } from '@jest/globals'
import { bucketEdge, defineConfig } from '@mnemoscope/kpi'
import { recallAt5 } from './recall-at-5.js'

/** The number that follows in binary. */
function nextUp(value: number): number {
  for (let step = Number.MIN_VALUE; ; step *= 2) if (value + step > value) return value + step
}

describe('the edge of a threshold', () => {
  test('is the threshold where higher is better: a value of exactly it is beyond it', () => {
    expect(bucketEdge('higher_is_better', 0.7)).toBe(0.7)
  })

  test.each([5, 0.1, 20, 15_000, 1e-300, 2 ** 50, 1, 0.3])(
    'is the largest number below %d where lower is better',
    (threshold) => {
      const edge = bucketEdge('lower_is_better', threshold)
      expect(edge).toBeLessThan(threshold)
      expect(nextUp(edge)).toBe(threshold)
    },
  )

  test('is further from 0 below a negative threshold, and just below 0', () => {
    expect(bucketEdge('lower_is_better', -1)).toBe(-1 - Number.EPSILON)
    expect(bucketEdge('lower_is_better', 0)).toBe(-Number.MIN_VALUE)
  })
})

describe('bucket boundaries', () => {
  test('hold the edge of every threshold, also those of overrides', () => {
    const thresholds = { warning: 0.72, error: 0.71, critical: 0.69 }
    const overrides = [{ model: 'gpt-4o', thresholds: { warning: 0.88 } }]
    const { boundaries } = defineConfig({ kpis: { f1_score: { thresholds, overrides } } }).kpis.f1_score
    expect(boundaries).toEqual(expect.arrayContaining([0.69, 0.71, 0.72, 0.88]))
    expect(boundaries).toEqual([...new Set(boundaries)].sort((a, b) => a - b))
  })

  test('that are given as a list have no boundary at a threshold beside its edge', () => {
    const { latency } = defineConfig({ kpis: { latency: { boundaries: [1, 5, 30] } } }).kpis
    const edges = [5, 10, 20].map((threshold) => bucketEdge('lower_is_better', threshold))
    expect(latency.boundaries).toEqual([1, ...edges, 30])
  })

  test('are laid between two values: closely within a factor of four of the thresholds, wider elsewhere', () => {
    const thresholds = { warning: 40, error: 80 }
    const kpi = { ...recallAt5, direction: 'lower_is_better', thresholds } as const
    const config = defineConfig({
      kpis: { slow: { ...kpi, range: { min: 0, max: 400 }, boundaries: { from: 1, to: 1_000 } } },
    })
    const { boundaries = [] } = config.kpis.slow ?? {}
    expect([boundaries[0], boundaries.at(-1)]).toEqual([1, 1_000])
    // The ends of the two zones, and of the usual values.
    expect(boundaries).toEqual(expect.arrayContaining([10, 320, 400]))
    for (const [i, boundary] of boundaries.slice(1).entries()) {
      const before = boundaries[i] as number
      const isNear = before >= 10 && boundary <= 320
      expect([before, boundary / before <= (isNear ? 1.3201 : 1.6001)]).toEqual([before, true])
    }
  })

  test('are laid without thresholds too', () => {
    const { boundaries } = defineConfig().kpis.context_utilization
    expect(boundaries).toEqual([0.1, 0.1585, 0.2512, 0.3981, 0.631, 1, 1.581, 2.5])
  })

  test.each([
    [{ from: 0, to: 1 }],
    [{ from: 2, to: 1 }],
    [{ from: 1, to: 1 }],
    [{ from: 1e-9, to: 1e9 }],
    [{ from: 1 }],
    [[]],
  ])('are refused as %j', (boundaries) => {
    expect(() => defineConfig({ kpis: { latency: { boundaries: boundaries as never } } })).toThrow(
      /kpis\.latency\.boundaries.*: expected /,
    )
  })
})
