import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { differencesBetween, restartsFor } from '../../src/config/differences.js'

const between = (before: ConfigInput, after: ConfigInput) =>
  differencesBetween(defineConfig(before), defineConfig(after))

describe('differences of two configurations', () => {
  test('are none where they mean the same', () => {
    expect(between({}, { alertCheckInterval: '30s', kpis: { f1_score: {} } })).toEqual([])
  })

  test('name the setting, what it was and what it is', () => {
    expect(between({}, { kpis: { token_usage: { expiry: '10m' } }, dataRetentionDays: 7 })).toEqual([
      { path: 'dataRetentionDays', before: 30, after: 7 },
      { path: 'kpis.token_usage.expiry', before: '75m', after: '10m' },
    ])
  })

  test('leave out the side that lacks the setting', () => {
    expect(between({}, { kpis: { memory_usage: { thresholds: { warning: 5 } } } })).toEqual([
      { path: 'kpis.memory_usage.thresholds.warning', after: 5 },
    ])
  })
})

describe('parts that must be started again', () => {
  test.each<[string, ConfigInput, object[]]>([
    ['none for an expiry', { kpis: { f1_score: { expiry: '10m' } } }, []],
    ['none for Grafana’s address, which only alerts name', { endpoints: { grafana: 'http://g:3000' } }, []],
    ['none for an integration', { integrations: { benchmark: false } }, []],
    [
      'Prometheus for the retention, which is an option of its command line',
      { dataRetentionDays: 7 },
      [{ part: 'prometheus', paths: ['dataRetentionDays'] }],
    ],
    [
      'the recorder for its snapshots',
      { snapshotInterval: '30s' },
      [{ part: 'recorder', paths: ['snapshotInterval'] }],
    ],
    [
      'the services for a threshold that is a new bucket boundary',
      { kpis: { latency: { thresholds: { warning: 6 } } } },
      [{ part: 'services', paths: ['kpis.latency.boundaries'] }],
    ],
    ['none for a threshold on a boundary', { kpis: { f1_score: { thresholds: { warning: 0.9 } } } }, []],
  ])('are %s', (_, after, expected) => {
    expect(restartsFor(between({}, after))).toEqual(expected)
  })
})
