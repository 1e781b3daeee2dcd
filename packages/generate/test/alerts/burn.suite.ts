import { describe, expect, test } from '@jest/globals'
import { defineConfig, type Kpi } from '@mnemoscope/kpi'
import { customKpis } from '../../../../test/harness/custom-kpis.js'
import { burn } from '../../src/alerts/burn.js'
import { generate } from '../../src/generate.js'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig({
  scrapeInterval: '2m',
  alertCheckInterval: '2m',
  kpis: { adaptation_success_rate: { target: 0.95 }, overflow_frequency: { target: 0.25 } },
})
const rules = rulesOf(config)
const { adaptation_success_rate, overflow_frequency } = config.kpis
const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const firing = (name: string) => `count(ALERTS{alertname="Mnemoscope${name}", alertstate="firing"})`
const one = [['{}', 1]] as const
const paced = { scrape: '2m', evaluation: '2m' }
/** One of so many adaptations fails. */
const failing = (scrapes: number, of: number): Phase[] =>
  Array.from({ length: scrapes / of }, (): Phase[] => [
    { scrapes: 1, measured: 'failure' },
    { scrapes: of - 1, measured: 'success' },
  ]).flat()

describe('a ratio with a target', () => {
  test('raises nothing while it misses as seldom as it may', async () => {
    const series = exposed(adaptation_success_rate, labels, failing(200, 20))
    expect(await ruleTest(rules, series, [{ at: '6h30m', values: { 'count(ALERTS)': [] } }], paced)).toBe('')
  })

  test('is critical within the hour when nothing succeeds, and ends soon after it does again', async () => {
    const series = exposed(adaptation_success_rate, labels, [
      ...failing(60, 20),
      { scrapes: 30, measured: 'failure' },
      { scrapes: 30, measured: 'success' },
    ])
    const critical = firing('AdaptationSuccessRateBurnCritical')
    const result = await ruleTest(
      rules,
      series,
      [
        { at: '1h58m', values: { [critical]: [] } },
        { at: '2h50m', values: { [critical]: one } },
        { at: '3h10m', values: { [critical]: [] } },
      ],
      paced,
    )
    expect(result).toBe('')
  })

  test('can be beyond it even where the target allows much, and where more is worse', async () => {
    const series = exposed(overflow_frequency, labels, [{ scrapes: 210, measured: 'hierarchy' }])
    const result = await ruleTest(
      rules,
      series,
      [
        {
          at: '6h50m',
          values: {
            [firing('OverflowFrequencyBurnCritical')]: one,
            [firing('OverflowFrequencyBurnError')]: one,
          },
        },
      ],
      paced,
    )
    expect(result).toBe('')
  })

  test('has no such alert without a target', () => {
    expect([...generate(defineConfig()).values()].join()).not.toContain('Burn')
  })
})

test('the tests of burn rates have hits and misses, whatever the outcomes are called', () => {
  const { citation_success_rate_of_long_answers: citations } = customKpis
  const outcomes = { ...citations.outcomes, counted: ['a "b" \\'], others: ['c|d'] }
  const { cited } = defineConfig({ kpis: { cited: { ...citations, outcomes, target: 0.9 } } }).kpis
  const tests = burn.tests(defineConfig(), cited as Kpi)
  expect(tests).toHaveLength(15)
  for (const { series } of tests) {
    expect(Object.keys(series)).toEqual([
      expect.stringContaining('verdict="a \\"b\\" \\\\"'),
      expect.stringContaining('verdict="c|d"'),
    ])
  }
})
