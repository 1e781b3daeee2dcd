import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { histogramClass, histogramSlots, paddedBoundaries } from '../../src/accumulate/histogram.js'

function histogram(boundaries: readonly number[], integer = false) {
  const Histogram = histogramClass(boundaries.length)
  const others: unknown[] = []
  const series = {
    labels: { attributes: {}, text: '' },
    createdAt: 0,
    slowPath: (value: unknown) => {
      others.push(value)
    },
  }
  const slab = new Float64Array(histogramSlots(boundaries.length) + 3)
  const accumulator = new Histogram(
    series,
    slab,
    3,
    paddedBoundaries(boundaries),
    boundaries.length + 1,
    integer,
  )
  accumulator.setFastRange(-1e9, 1e9)
  const counts = () => Array.from({ length: boundaries.length + 1 }, (_, i) => accumulator.bucket(i))
  return { accumulator, others, slab, counts }
}

describe('a histogram', () => {
  test('finds the same bucket as counting the boundaries below a value, for any number of boundaries', () => {
    const boundaries = fc
      .uniqueArray(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 })
      .map((numbers) => numbers.sort((a, b) => a - b))
    fc.assert(
      fc.property(boundaries, fc.array(fc.double({ min: -2e6, max: 2e6, noNaN: true })), (bounds, others) => {
        const { accumulator, counts } = histogram(bounds)
        const expected = new Array<number>(bounds.length + 1).fill(0)
        for (const value of [...bounds, ...others]) {
          accumulator.record(value)
          const bucket = bounds.filter((bound) => bound < value).length
          expected[bucket] = (expected[bucket] ?? 0) + 1
        }
        expect(counts()).toEqual(expected)
        expect(accumulator.count()).toBe(bounds.length + others.length)
      }),
    )
  })

  test('counts values of the fast range, ends included, and passes all others to the slow path', () => {
    const { accumulator, others, counts } = histogram([1, 2])
    accumulator.setFastRange(0, 5)
    for (const value of [0, 5, 5.1, -0.1, Number.NaN, '1', undefined]) accumulator.record(value as number)
    expect(counts()).toEqual([1, 0, 1])
    expect(others).toEqual([5.1, -0.1, Number.NaN, '1', undefined])
  })

  test('of integers passes fractions to the slow path', () => {
    const { accumulator, others } = histogram([1, 2], true)
    for (const value of [1, 1.5, 2]) accumulator.record(value)
    expect(others).toEqual([1.5])
  })

  test('keeps to its own slots of the slab', () => {
    const { accumulator, slab } = histogram([1, 2])
    accumulator.record(1.5)
    expect([...slab.subarray(0, 3)]).toEqual([0, 0, 0])
    expect(accumulator.latest()).toBe(1.5)
  })

  test('has no extremes and no latest value before the first value, and then those of all values', () => {
    const { accumulator } = histogram([1])
    expect([accumulator.latest(), accumulator.min(), accumulator.max()]).toEqual([
      undefined,
      Infinity,
      -Infinity,
    ])
    for (const value of [3, -2, 7]) accumulator.record(value)
    expect(accumulator.rotateExtremes()).toEqual({ min: -2, max: 7 })
    accumulator.record(1)
    expect([accumulator.latest(), accumulator.min(), accumulator.max()]).toEqual([1, -2, 7])
    expect(accumulator.rotateExtremes()).toEqual({ min: 1, max: 1 })
  })
})
