import { expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { exposed } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig()
const { f1_score } = config.kpis
const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const { low, near, reached } = names.judgeSeries
const alert = `count(ALERTS{alertname="${names.alertName(f1_score, 'warning')}"})`
const known = [['{}', 1]] as const
const none: [] = []

test('what a mean may be is computed from when it reaches a threshold until its alert has ended', async () => {
  const series = exposed(f1_score, labels, [
    { scrapes: 5 },
    { scrapes: 16, operations: 5, measured: 0.95 },
    { scrapes: 40, operations: 5, measured: 0.3 },
    { scrapes: 40, operations: 5, measured: 0.81 },
    { scrapes: 80, operations: 5, measured: 0.95 },
  ])
  const result = await ruleTest(rulesOf(config), series, [
    {
      at: '5m',
      values: { [`count(${near(f1_score)})`]: none, [`count(${low(f1_score)})`]: none, [alert]: none },
    },
    {
      at: '6m30s',
      values: { [`count(${near(f1_score)})`]: known, [`count(${low(f1_score)})`]: known, [alert]: known },
    },
    // The fast mean has been better for minutes: only the alert still asks.
    {
      at: '24m',
      values: {
        [`count(last_over_time(${reached(f1_score)}[2m]))`]: none,
        [`count(${low(f1_score)})`]: known,
        [alert]: known,
      },
    },
    { at: '40m', values: { [`count(${near(f1_score)})`]: none, [alert]: none } },
  ])
  expect(result).toBe('')
})

test('a mean that reaches the mildest threshold alone begins its alert', async () => {
  const series = exposed(f1_score, labels, [
    { scrapes: 5 },
    { scrapes: 16, operations: 5, measured: 0.95 },
    { scrapes: 60, operations: 20, measured: 0.77 },
  ])
  const error = `count(ALERTS{alertname="${names.alertName(f1_score, 'error')}"})`
  expect(
    await ruleTest(rulesOf(config), series, [{ at: '19m', values: { [alert]: known, [error]: none } }]),
  ).toBe('')
})
