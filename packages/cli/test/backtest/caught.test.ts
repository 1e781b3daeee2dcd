import { expect, test } from '@jest/globals'
import { compareIncidents } from '../../src/backtest/caught.js'
import type { Alerted } from '../../src/backtest/episodes.js'

type Times = readonly (readonly [from: number, to: number | undefined])[]

const at = (model: string, severity: Alerted['severity'], times: Times, kpi = 'f1_score'): Alerted => ({
  ...{ kpi, severity, service: 's', model, contextSize: '8192', operation: 'search' },
  spans: times.map(([from, to]) => ({ from, to })),
})

test.each<[string, Alerted[], Alerted[], (number | undefined)[], number[]]>([
  ['nothing', [], [], [], []],
  [
    'levels and places of one time are one incident',
    [at('a', 'warning', [[0, 100]]), at('a', 'critical', [[50, 90]]), at('b', 'warning', [[80, 200]])],
    [at('b', 'warning', [[90, 200]])],
    [90],
    [],
  ],
  [
    'another KPI is another incident',
    [at('a', 'warning', [[0, 100]]), at('a', 'warning', [[0, 100]], 'latency')],
    [at('a', 'warning', [[0, 100]])],
    [0, undefined],
    [],
  ],
  ['it comes earlier', [at('a', 'error', [[60, 100]])], [at('a', 'warning', [[0, 100]])], [-60], []],
  [
    'one is missed, one is added',
    [at('a', 'error', [[0, 9]])],
    [at('a', 'error', [[20, 30]])],
    [undefined],
    [20],
  ],
  ['one that goes on', [at('a', 'error', [[0, undefined]])], [at('a', 'error', [[30, undefined]])], [30], []],
])('%s', (_, today, edited, laterBy, added) => {
  const incidents = compareIncidents(today, edited)
  expect(incidents.today.map((each) => each.laterBy)).toEqual(laterBy)
  expect(incidents.added.map(({ span }) => span.from)).toEqual(added)
})
