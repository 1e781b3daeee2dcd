import { describe, expect, test } from '@jest/globals'
import { inUnit } from '../src/unit-text.js'

describe('a threshold for people', () => {
  test.each([
    [0.7, '1', '0.7'],
    [20, 's', '20 s'],
    [25_000, '{token}', '25,000 tokens'],
    [2 ** 31, 'By', '2 GiB'],
    [1_500, 'By', '1.465 KiB'],
    [0, 'By', '0 B'],
    [0.5, 'By', '0.5 B'],
    [2 ** 63, 'By', '8192 PiB'],
  ] as const)('%d in %s is written %s', (value, unit, text) => {
    expect(inUnit(value, unit)).toBe(text)
  })
})
