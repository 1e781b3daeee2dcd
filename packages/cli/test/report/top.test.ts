import { expect, test } from '@jest/globals'
import { topOf } from '../../src/report/top.js'
import { alert, busy, snapshot } from './dashboard-data.js'

test('top lists the worst model first and only alerts in force', () => {
  const { sections } = topOf({
    ...busy,
    current: [snapshot('a', null), snapshot('b', 'critical')],
    open_alerts: [alert, { ...alert, level: 'warning', is_worst: false }],
  })
  expect(sections[0]?.rows.slice(1).map((row) => row[1]?.text)).toEqual(['b', 'a'])
  expect(sections[1]?.rows.slice(1).map((row) => row[0]?.text)).toEqual(['CRITICAL'])
})
