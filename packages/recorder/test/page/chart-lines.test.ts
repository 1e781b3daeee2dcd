import { describe, expect, test } from '@jest/globals'
import {
  changeName,
  extent,
  markers,
  nearest,
  type Point,
  segments,
  timesOf,
} from '../../page/chart-lines.js'

const at = (time: number, value = 1): Point => [time, value, value, value]

describe('a line', () => {
  test.each([
    ['without points', [], []],
    ['of one point', [60], [[60]]],
    ['without a gap', [60, 120, 180], [[60, 120, 180]]],
    ['with a step that is a little longer', [60, 120, 205], [[60, 120, 205]]],
    [
      'with a step that is missing',
      [60, 120, 240, 300],
      [
        [60, 120],
        [240, 300],
      ],
    ],
    ['with a point between two gaps', [60, 240, 600, 660], [[60], [240], [600, 660]]],
  ])('%s breaks where a step has no value', (_, times, parts) => {
    expect(
      segments(
        times.map((time) => at(time)),
        60,
      ).map((part) => part.map(([time]) => time)),
    ).toEqual(parts)
  })

  test('has the extent of its least and greatest values; none without points', () => {
    expect(extent([[[0, 5, 2, 9]], [[0, 3, 1, 4]], []])).toEqual([1, 9])
    expect(extent([[], []])).toEqual([null, null])
  })

  test('shares its times with others', () => {
    expect(
      timesOf([
        [at(120), at(240)],
        [at(60), at(120)],
      ]),
    ).toEqual([60, 120, 240])
  })

  test.each([
    [[], 5, undefined],
    [[10, 20, 30], 0, 0],
    [[10, 20, 30], 14, 0],
    [[10, 20, 30], 16, 1],
    [[10, 20, 30], 99, 2],
  ])('of the times %j the nearest to %d is number %p', (times, time, index) => {
    expect(nearest(times, time)).toBe(index)
  })
})

describe('changes in a chart', () => {
  test.each([
    [0, 'A'],
    [25, 'Z'],
    [26, '27'],
  ])('number %d is called %s', (index, name) => {
    expect(changeName(index)).toBe(name)
  })

  test.each([
    ['none', [], []],
    [
      'apart',
      [10, 40],
      [
        [10, 'A'],
        [40, 'B'],
      ],
    ],
    [
      'near one another',
      [10, 20, 30, 80],
      [
        [10, 'A–C'],
        [80, 'D'],
      ],
    ],
  ])('%s: those that lie on one another share a name', (_, xs, expected) => {
    expect(markers(xs, 16).map(({ x, name }) => [x, name])).toEqual(expected)
  })
})
