import { expect, test } from '@jest/globals'
import { incidentOf } from '../../src/backtest/incidents.js'
import { alert } from '../report/dashboard-data.js'

const acknowledgement = { by: 'ada', comment: null, at: 1 }
const rated = (rating: 'useful' | 'noise') => ({ rating, by: 'ada', comment: null, at: 2 })

test.each([
  ['open', { ends_at: null }, true],
  ['over', { ends_at: 9 }, false],
  ['acknowledged', { ends_at: 9, acknowledgement }, true],
  ['useful', { ends_at: 9, rating: rated('useful') }, true],
  ['noise, although acknowledged', { ends_at: 9, acknowledgement, rating: rated('noise') }, false],
  ['noise, although open', { ends_at: null, rating: rated('noise') }, false],
])('an alert that is %s is a known incident: %p', (_, given, isKnown) => {
  expect(incidentOf({ ...alert, ...given }).map((incident) => incident.isKnown)).toEqual([isKnown])
})
