import { expect, test } from '@jest/globals'
import { fingerprintOf, isOwnAlert, withExternal, withoutReplica } from '../../src/alerts/fingerprint.js'

test('no labels have the offset basis of FNV-1a, as in Prometheus', () => {
  expect(fingerprintOf({})).toBe('cbf29ce484222325')
})

test('the order of labels does not matter, names and values do', () => {
  const a = fingerprintOf({ alertname: 'A', model: 'm' })
  expect(fingerprintOf({ model: 'm', alertname: 'A' })).toBe(a)
  expect(fingerprintOf({ alertname: 'A', model: 'n' })).not.toBe(a)
  expect(fingerprintOf({ alertname: 'Am', model: '' })).not.toBe(a)
})

test('an alert of the API has the external labels that Alertmanager gets, and keeps its own', () => {
  expect(withExternal({ alertname: 'A' }, { region: 'eu' })).toEqual({ alertname: 'A', region: 'eu' })
  expect(withExternal({ region: 'us' }, { region: 'eu' })).toEqual({ region: 'us' })
})

test('replicas of one Prometheus have the same alert', () => {
  expect(withoutReplica({ alertname: 'A', replica: 'a' }, ['replica'])).toEqual({ alertname: 'A' })
  expect(withoutReplica({ alertname: 'A', region: 'a' }, ['replica'])).toEqual({
    alertname: 'A',
    region: 'a',
  })
})

test('an alert with another value of an external label is not ours', () => {
  expect(isOwnAlert({ alertname: 'A', region: 'us' }, { region: 'eu' })).toBe(false)
  expect(isOwnAlert({ alertname: 'A', region: 'eu' }, { region: 'eu' })).toBe(true)
  expect(isOwnAlert({ alertname: 'A' }, { region: 'eu' })).toBe(true)
})
