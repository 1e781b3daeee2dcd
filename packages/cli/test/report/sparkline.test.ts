import { describe, expect, test } from '@jest/globals'
import { sparkline } from '../../src/report/sparkline.js'

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
