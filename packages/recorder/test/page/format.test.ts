import { describe, expect, test } from '@jest/globals'
import { formatChange, formatContext, formatExact, formatValue } from '../../page/format.js'

describe('values for people', () => {
  test.each([
    [0.93172, '1', '0.932'],
    [0.0024, 's', '2.4 ms'],
    [5, 's', '5 s'],
    [0, 's', '0 s'],
    [12_345.6, '{token}', '12,346'],
    [163_577_856, 'By', '156 MiB'],
    [0, 'By', '0 B'],
    [null, 's', '–'],
    [undefined, '1', '–'],
    [12.5, 'W', '12.5 W'],
    [12.5, '', '12.5'],
    [1, '1', '1.000'],
  ])('%p in %s is %s', (value, unit, text) => expect(formatValue(value, unit)).toBe(text))

  test.each([
    ['a ratio just above its threshold', 0.8004, '1', [0.8], '0.8004'],
    ['a ratio just below its threshold', 0.79996, '1', [0.8], '0.79996'],
    ['a ratio at its threshold', 0.8, '1', [0.8], '0.800'],
    ['a ratio far from its threshold', 0.6504, '1', [0.8], '0.650'],
    ['a rare event', 0.0004, '1', [], '0.0004'],
    ['nearly always', 0.9998, '1', [], '0.9998'],
    ['a latency below its threshold', 4.998, 's', [5], '4.998 s'],
    ['a latency below a second', 0.9996, 's', [1], '999.6 ms'],
    ['a size beyond its threshold', 1_073_741_825, 'By', [1_073_741_824], '1.000000001 GiB'],
    ['counted things', 14_999.7, '{token}', [15_000], '14,999.7'],
  ])('%s is never shown on the other side of it', (_, value, unit, limits, text) =>
    expect(formatValue(value, unit, limits)).toBe(text),
  )

  test.each([
    [0.8, '1', '0.8'],
    [0.75, '1', '0.75'],
    [0.7995, '1', '0.7995'],
    [15_000, '{token}', '15,000'],
    [5.125, 's', '5.125 s'],
    [0.0024, 's', '2.4 ms'],
    [2_147_483_648, 'By', '2 GiB'],
    [1_000_000_000, 'By', '953.67431640625 MiB'],
  ])('a threshold of %p in %s keeps all its figures: %s', (value, unit, text) =>
    expect(formatExact(value, unit)).toBe(text),
  )

  test.each([
    [0.93, 0.61, '−34 %'],
    [100, 139, '+39 %'],
    [4, 10, '×2.5'],
    [0, 3, 'from 0'],
    [0, 0, '±0 %'],
    [1_000, 1, '−99.9 %'],
    [-5, 5, ''],
  ])('from %p to %p is %s', (before, after, text) => expect(formatChange(before, after)).toBe(text))

  test.each([
    ['8192', '8k'],
    ['131072', '128k'],
    ['1048576', '1M'],
    ['5000', '5000'],
    ['+Inf', 'larger'],
    ['unknown', 'unknown'],
  ])('a context of %s is %s', (size, text) => expect(formatContext(size)).toBe(text))
})
