import { expect, test } from '@jest/globals'
import { fingerprintOf, isOwnAlert } from '../../src/alerts/fingerprint.js'

test('no labels have the offset basis of FNV-1a, as in Prometheus', () => {
  expect(fingerprintOf({}, {})).toBe('cbf29ce484222325')
})

test('the order of labels does not matter, names and values do', () => {
  const a = fingerprintOf({ alertname: 'A', model: 'm' }, {})
  expect(fingerprintOf({ model: 'm', alertname: 'A' }, {})).toBe(a)
  expect(fingerprintOf({ alertname: 'A', model: 'n' }, {})).not.toBe(a)
  expect(fingerprintOf({ alertname: 'Am', model: '' }, {})).not.toBe(a)
})

test('an external label counts only where its value is not that of our Prometheus', () => {
  const bare = fingerprintOf({ alertname: 'A' }, { region: 'eu' })
  expect(fingerprintOf({ alertname: 'A', region: 'eu' }, { region: 'eu' })).toBe(bare)
  expect(fingerprintOf({ alertname: 'A', region: 'us' }, { region: 'eu' })).not.toBe(bare)
})

test('an alert with another value of an external label is not ours', () => {
  expect(isOwnAlert({ alertname: 'A', region: 'us' }, { region: 'eu' })).toBe(false)
  expect(isOwnAlert({ alertname: 'A', region: 'eu' }, { region: 'eu' })).toBe(true)
  expect(isOwnAlert({ alertname: 'A' }, { region: 'eu' })).toBe(true)
})
