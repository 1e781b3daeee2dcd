import { describe, expect, test } from '@jest/globals'
import { defineConfig, durationSeconds } from '@mnemoscope/kpi'
import { ruleFiles } from '../../src/rule-files.js'

const groupsOf = (snapshotInterval: string) =>
  ruleFiles(defineConfig({ snapshotInterval }), '').flatMap(([, file]) => file.groups)

describe('every group', () => {
  test('is evaluated before Prometheus forgets what it recorded, however seldom snapshots are taken', () => {
    for (const { name, interval } of groupsOf('1h')) {
      expect({ name, isSeen: durationSeconds(interval) < 300 }).toEqual({ name, isSeen: true })
    }
  })

  test('with what is only shown is evaluated once a snapshot where these are closer together', () => {
    const quantiles = groupsOf('90s').find(({ name }) => name === 'mnemoscope_f1_score_quantiles')
    expect(quantiles?.interval).toBe('90s')
  })
})
