import { expect, test } from '@jest/globals'
import { linesOf } from '../../src/http/row-format.js'

const csv = (value: unknown) => linesOf('csv', ['value'], [{ value }]).replace(/\r\n$/, '')

test.each<[value: unknown, field: string]>([
  [null, ''],
  [undefined, ''],
  [-1.5, '-1.5'],
  [0, '0'],
  ['a "b", c', '"a ""b"", c"'],
  ['two\nlines', '"two\nlines"'],
  [{ n: 1 }, '"{""n"":1}"'],
  ['+Inf', '+Inf'],
  ['', ''],
])('%j is the CSV field %j', (value, field) => expect(csv(value)).toBe(field))

test.each<[text: string, field: string]>([
  ['=HYPERLINK("http://a")', '"\'=HYPERLINK(""http://a"")"'],
  ['+1+cmd', "'+1+cmd"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
])('%j is no formula to a program that opens the CSV', (text, field) => expect(csv(text)).toBe(field))

test('a text with line ends is one line of NDJSON, as it is', () => {
  const row = { value: '=1\r\n\u2028' }
  const lines = linesOf('ndjson', [], [row, row]).split('\n')
  expect(lines).toHaveLength(3)
  expect(JSON.parse(lines[0] ?? '')).toEqual(row)
})
