import { describe, expect, test } from '@jest/globals'
import { numberOption, portOption } from '../src/number-option.js'

describe('a number option', () => {
  test.each(['', ' ', 'x', 'NaN', 'Infinity', '0', '-1', '101', '1,5'])('refuses %j', (text) => {
    expect(() => numberOption('--hours', 0.5, 100)(text)).toThrow('expected a number from 0.5 to 100')
  })

  test('takes a fraction', () => {
    expect(numberOption('--hours', 0.5, 100)('1.5')).toBe(1.5)
  })

  test.each(['1.5', '-1', '65536', 'http'])('that is a port refuses %j', (text) => {
    expect(() => portOption(text)).toThrow('--port')
  })

  test('that is a port takes 0, for a free one', () => {
    expect(portOption('0')).toBe(0)
  })
})
