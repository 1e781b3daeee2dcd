import { expect, test } from '@jest/globals'
import { defineConfig, type Kpi } from '@mnemoscope/kpi'
import { customKpis } from '../../../../test/harness/custom-kpis.js'
import { burnTests } from '../../src/rule-tests/burn-tests.js'

test('the tests of burn rates have hits and misses, whatever the outcomes are called', () => {
  const { citation_success_rate_of_long_answers: citations } = customKpis
  const outcomes = { ...citations.outcomes, counted: ['a "b" \\'], others: ['c|d'] }
  const { cited } = defineConfig({ kpis: { cited: { ...citations, outcomes, target: 0.9 } } }).kpis
  const tests = burnTests(cited as Kpi)
  expect(tests).toHaveLength(15)
  for (const { series } of tests) {
    expect(Object.keys(series)).toEqual([
      expect.stringContaining('verdict="a \\"b\\" \\\\"'),
      expect.stringContaining('verdict="c|d"'),
    ])
  }
})
