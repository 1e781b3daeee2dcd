import { describe, expect, test } from '@jest/globals'
import { sparkline, tableLines } from '../../src/report/text.js'

describe('a table in the terminal', () => {
  const cells = (...texts: string[]) => texts.map((text) => ({ text }))

  test('has numbers to the right and words to the left', () => {
    expect(
      tableLines([cells('name', 'now', 'limit'), cells('a', '9.5', '≤ 10'), cells('long', '12', '')]),
    ).toEqual(['name   now   limit', 'a      9.5    ≤ 10', 'long    12'])
  })

  test('puts its head into several lines where that makes it fit', () => {
    const names = Array.from({ length: 8 }, (_, i) => `success rate of kind ${i}`)
    const [first, ...lines] = tableLines([
      cells('', ...names),
      cells('model', ...names.map((_, i) => String(i))),
    ])
    expect(first).toMatch(/^ +success( +success){7}$/)
    expect(lines.map((line) => line.trim().split(/ {2,}/).length)).toEqual([8, 8, 9])
  })
})

describe('a sparkline', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[5, 5, 5], '▁▁▁'],
    [[], ''],
  ])('of %j is %s', (values, line) => {
    expect(sparkline(values)).toBe(line)
  })

  test('of many values has the width asked for', () => {
    expect(
      sparkline(
        Array.from({ length: 1_000 }, (_, i) => i),
        10,
      ),
    ).toHaveLength(10)
  })
})
