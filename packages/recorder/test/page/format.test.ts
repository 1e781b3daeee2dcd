import { describe, expect, test } from '@jest/globals'
import { formatChange, formatContext, formatRound, formatValue } from '../../page/format.js'

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
  ])('%p in %s is %s', (value, unit, text) => expect(formatValue(value, unit)).toBe(text))

  test('thresholds carry no figures that say nothing', () => {
    expect([0.8, 0.75].map((value) => formatRound(value, '1'))).toEqual(['0.8', '0.75'])
    expect(formatRound(15_000, '{token}')).toBe('15,000')
  })

  test.each([
    [0.93, 0.61, '−34 %'],
    [100, 139, '+39 %'],
    [4, 10, '×2.5'],
    [0, 3, 'from nothing'],
    [0, 0, '±0 %'],
  ])('from %p to %p is %s', (before, after, text) => expect(formatChange(before, after)).toBe(text))

  test.each([
    ['8192', '8k'],
    ['131072', '128k'],
    ['1048576', '1M'],
    ['5000', '5000'],
    ['+Inf', 'larger'],
  ])('a context of %s is %s', (size, text) => expect(formatContext(size)).toBe(text))
})
