import { describe, expect, test } from '@jest/globals'
import { compareAlerts } from '../../src/backtest/compare.js'
import type { Alerted } from '../../src/backtest/episodes.js'

const place = {
  kpi: 'latency',
  severity: 'warning',
  service: 's',
  model: 'm',
  contextSize: '8192',
  operation: 'search',
} as const
const alerted = (...spans: [number, number | undefined][]): Alerted[] => [
  { ...place, spans: spans.map(([from, to]) => ({ from, to })) },
]

describe('alerts of two configurations', () => {
  test.each<[string, Alerted[], Alerted[], object[]]>([
    ['are alike', alerted([1, 5]), alerted([2, 5]), []],
    ['differ in what is raised', alerted(), alerted([1, 5]), [{ ...place, kind: 'raised', from: 1, to: 5 }]],
    [
      'differ in what is missed',
      alerted([1, 5]),
      alerted([5, 9]),
      [
        { ...place, kind: 'missed', from: 1, to: 5 },
        { ...place, kind: 'raised', from: 5, to: 9 },
      ],
    ],
    [
      'differ in how soon it ends',
      alerted([1, 9]),
      alerted([1, 5]),
      [{ ...place, kind: 'resolved', from: 1, to: 9, seconds: 4 }],
    ],
    [
      'differ in that one still fires',
      alerted([1, undefined]),
      alerted([1, 5]),
      [{ ...place, kind: 'resolved', from: 1, to: undefined }],
    ],
    ['differ in places', [], alerted([1, 5]), [{ ...place, kind: 'raised', from: 1, to: 5 }]],
  ])('%s', (_, today, edited, expected) => {
    expect(compareAlerts(today, edited)).toEqual(expected)
  })
})
