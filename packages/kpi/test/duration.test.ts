import { describe, expect, test } from '@jest/globals'
import { contextSizeClass, durationSeconds, durationText } from '@mnemoscope/kpi'

describe('a Prometheus duration in seconds', () => {
  test.each([
    ['0s', 0],
    ['30s', 30],
    ['1h30m', 5_400],
    ['500ms', 0.5],
    ['2d', 172_800],
    ['1m30s500ms', 90.5],
  ])('%s is %d', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds)
  })

  test.each(['', '5', 's', '30m1h', '1s1s', '-5s', '1.5h', '5 m'])('%j is invalid', (text) => {
    expect(() => durationSeconds(text)).toThrow(RangeError)
  })
})

test.each([
  [0, '0s'],
  [30, '30s'],
  [31.5, '31500ms'],
  [0.1 + 0.2, '300ms'],
])('%d seconds are %s as Prometheus has it', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

describe('the class of a context size', () => {
  test.each([
    [1, '4096'],
    [4_096, '4096'],
    [4_097, '8192'],
    [8_193, '+Inf'],
  ])('of %d tokens is %s', (tokens, expected) => {
    expect(contextSizeClass([4_096, 8_192], tokens)).toBe(expected)
  })
})
