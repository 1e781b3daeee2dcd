import { describe, expect, test } from '@jest/globals'
import { folderOption, numberOption, portOption, scraped, scrapeOption, timeOption } from '../src/options.js'

describe('a number option', () => {
  test.each(['', ' ', 'x', 'NaN', 'Infinity', '0', '-1', '101', '1,5'])('refuses %j', (text) => {
    expect(() => numberOption('--hours', 0.5, 100)(text)).toThrow('expected a number from 0.5 to 100')
  })

  test('takes a fraction', () => {
    expect(numberOption('--hours', 0.5, 100)('1.5')).toBe(1.5)
  })

  test.each(['', ' ', '1.5', '-1', '65536', 'http'])('that is a port refuses %j', (text) => {
    expect(() => portOption(text)).toThrow('--port')
  })

  test('that is a port takes 0, for a free one', () => {
    expect(portOption('0')).toBe(0)
  })
})

describe('a time option', () => {
  test.each([
    ['2026-11-30', '2026-11-30T00:00:00.000Z'],
    ['2026-11-30T01:00Z', '2026-11-30T01:00:00.000Z'],
    ['2026-11-30T01:00:30.5+01:00', '2026-11-30T00:00:30.500Z'],
  ])('reads %j', (text, time) => {
    expect(timeOption('--from')(text)).toBe(time)
  })

  test.each([
    '',
    'yesterday',
    '5',
    '2026-11-30T01:00',
    '2026-11-30 01:00Z',
    '2026-13-30',
    '2026-11-30T25:00Z',
  ])('refuses %j', (text) => {
    expect(() => timeOption('--from')(text)).toThrow(/^--from: ".*": expected a time with its zone such as/)
  })
})

test('a folder option refuses an empty path, which is a variable that is not set', () => {
  expect(() => folderOption('--out')('')).toThrow('--out: "": expected the path of a folder')
  expect(folderOption('--out')('deploy')).toBe('deploy')
})

const services = [
  { name: 'memory', targets: ['memory:9464'] },
  { name: 'demo', targets: ['127.0.0.1:9464'] },
]

test('a service has its address in this run, the others their configured address', () => {
  expect(scraped(services, { demo: '127.0.0.1:25000' })).toEqual([
    { name: 'memory', targets: ['memory:9464'] },
    { name: 'demo', targets: ['127.0.0.1:25000'] },
  ])
  expect(scraped(services, {})).toEqual(services)
  expect(scraped([], { demo: 'x:1' })).toEqual([{ name: 'demo', targets: ['x:1'] }])
})

test('the option can be given for several services', () => {
  const first = scrapeOption('demo=127.0.0.1:25000')
  expect(scrapeOption('memory=[::1]:9', first)).toEqual({ demo: '127.0.0.1:25000', memory: '[::1]:9' })
})

test.each(['demo', 'demo=', '=x:1', 'demo=localhost'])('the option refuses %p', (text) => {
  expect(() => scrapeOption(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
