import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { differencesBetween } from '../../src/config/differences.js'
import { rememberFollowers } from '../../src/config/followers.js'
import { type KnownServices, restartsFor } from '../../src/config/restarts.js'

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
      [
        { part: 'services', paths: ['kpis.latency.boundaries'], services: null },
        {
          part: 'services_without_recorder',
          paths: ['kpis.latency.thresholds.warning'],
          services: null,
        },
      ],
    ],
    [
      'the services that do not follow it for a threshold on a boundary',
      { kpis: { f1_score: { thresholds: { warning: 0.9 } } } },
      [{ part: 'services_without_recorder', paths: ['kpis.f1_score.thresholds.warning'], services: null }],
    ],
    [
      'none for the threshold of a ratio, by which services judge nothing',
      { kpis: { adaptation_success_rate: { thresholds: { warning: 0.99 } } } },
      [],
    ],
  ])('are %s', (_, after, expected) => {
    const config = defineConfig(after)
    expect(restartsFor({ differences: between({}, after), config })).toEqual(expected)
  })

  const all = ['api', 'job', 'search']
  test.each<[string, KnownServices | undefined, string[] | null | undefined]>([
    ['all where none follows', { all, following: [] }, all],
    ['those that do not follow', { all, following: ['api', 'search'] }, ['job']],
    ['none where all follow', { all, following: all }, undefined],
    ['unknown where no service is known', { all: [], following: [] }, null],
    ['unknown where the database did not answer', undefined, null],
  ])('are, of services after a change of a threshold, %s', (_, services, expected) => {
    const after = { kpis: { f1_score: { thresholds: { warning: 0.9 } } } }
    const found = restartsFor({ differences: between({}, after), config: defineConfig(after) }, services)
    expect(found.map((each) => each.services)).toEqual(expected === undefined ? [] : [expected])
  })

  test('of an override count the place and its thresholds, not the rest', () => {
    const override = (given: object) => ({
      kpis: { latency: { overrides: [{ model: 'm', thresholds: { warning: 9 }, ...given }] } },
    })
    const parts = (before: ConfigInput, after: ConfigInput) =>
      restartsFor({ differences: between(before, after), config: defineConfig(after) }).map(
        ({ part }) => part,
      )
    expect(parts(override({}), override({ expiry: '10m' }))).toEqual([])
    expect(parts(override({}), override({ model: 'n' }))).toEqual(['services_without_recorder'])
    expect(parts(override({}), override({ thresholds: { warning: 9, error: 12 } }))).toEqual([
      'services',
      'services_without_recorder',
    ])
  })
})

test('a service follows for 30 seconds after it has asked', () => {
  let now = 0
  const followers = rememberFollowers(() => now)
  followers.asked('b')
  followers.asked('a')
  now = 20_000
  followers.asked('b')
  expect(followers.names()).toEqual(['a', 'b'])
  now = 30_001
  expect(followers.names()).toEqual(['b'])
})
