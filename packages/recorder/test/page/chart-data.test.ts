import { describe, expect, test } from '@jest/globals'
import { chartColours, chartColumns } from '../../page/chart-data.js'

const series = (model: string, points: number[][]) => ({ service: 's', model, context_size: '8192', points })

describe('data of a chart', () => {
  test('lines share their times; each has its mean, least and greatest value', () => {
    const a = series('a', [
      [60, 1, 0.5, 2],
      [120, 3, 3, 3],
    ])
    const b = series('b', [[120, 7, 6, 8]])
    expect(chartColumns({ series: [a, b] }, { step_seconds: 60 })).toEqual([
      [60, 120],
      [1, 3],
      [0.5, 3],
      [2, 3],
      [null, 7],
      [null, 6],
      [null, 8],
    ])
  })

  test('a step that nobody has breaks the lines', () => {
    const a = series('a', [
      [60, 1, 1, 1],
      [240, 2, 2, 2],
    ])
    const [times, means] = chartColumns({ series: [a] }, { step_seconds: 60 })
    expect(times).toEqual([60, 120, 240])
    expect(means).toEqual([1, null, 2])
  })

  test('a series has the same colour in every chart', () => {
    const [a, b] = [series('a', []), series('b', [])]
    const colours = chartColours({ kpis: { f1_score: { series: [b] }, latency: { series: [a, b] } } })
    expect([...colours.values()].map(({ colour }) => colour)).toEqual(['--series-0', '--series-1'])
    expect(colours.get(JSON.stringify(['s', 'b', '8192']))).toEqual({ colour: '--series-1', dash: [] })
  })
})
