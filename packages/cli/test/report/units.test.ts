import { describe, expect, test } from '@jest/globals'
import { inUnit, utc } from '../../src/report/units.js'

describe('a value for people', () => {
  test.each([
    [0.8761, '1', '0.876'],
    [0, '1', '0.000'],
    [0.000_25, 's', '250 µs'],
    [0.0123, 's', '12.3 ms'],
    [12, 's', '12.00 s'],
    [12_345.6, '{token}', '12,346'],
    [2.345, '{passage}', '2.35'],
    [0, 'By', '0 B'],
    [1_536, 'By', '1.5 KiB'],
    [104_857_600, 'By', '100.0 MiB'],
    [12, '%', '12 %'],
    [null, 's', 'unknown'],
    [undefined, '1', 'unknown'],
  ])('%p in %s reads %s', (value, unit, text) => {
    expect(inUnit(value, unit)).toBe(text)
  })

  test.each([
    [0.6995, '1', 0.7, '0.6995'],
    [0.7004, '1', 0.7, '0.7004'],
    [0.7, '1', 0.7, '0.700'],
    [0.6, '1', 0.7, '0.600'],
    [9.9996, 's', 10, '9.9996 s'],
    [0.299_96, 's', 0.3, '299.96 ms'],
    [14_999.7, '{token}', 15_000, '14,999.7'],
    [0.999_999_999_9, '1', 1, '0.9999999999'],
  ])('%p in %s beside a threshold of %p reads %s', (value, unit, limit, text) => {
    expect(inUnit(value, unit, undefined, [limit])).toBe(text)
  })

  test('a time is UTC to the second', () => {
    expect(utc(1_700_000_000.75)).toBe('2023-11-14 22:13:20 UTC')
  })
})
