import { beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

/** Short windows, so that the hundreds of evaluations of a test take little time. */
const quick = {
  window: '1m',
  minSamples: 8,
  sparseWindow: '4m',
  rareWindow: '8m',
  for: '30s',
  keepFiringFor: '45s',
  noData: 'no_data',
} as const
const overrides = [{ model: 'small', thresholds: { critical: 0.5 } }]
const files = generate(
  defineConfig({
    alertCheckInterval: '15s',
    kpis: {
      f1_score: { ...quick, overrides },
      latency: { ...quick, sparseMinSamples: 3 },
      memory_usage: { thresholds: { warning: 2 ** 33, critical: 2 ** 34 }, window: '1m', noData: 'no_data' },
      adaptation_success_rate: { target: 0.95 },
    },
  }),
)

/** Rules and the tests of them. */
export interface Subject {
  readonly rules: string
  readonly tests: string
}
const f1: Subject = {
  rules: 'prometheus/rules/f1_score.yml',
  tests: 'prometheus/tests/f1_score.yml',
}
export const burning: Subject = {
  rules: 'prometheus/rules/adaptation_success_rate.yml',
  tests: 'prometheus/tests/adaptation_success_rate-burn.yml',
}

const testsOf = ({ rules, tests }: Subject, text: string) =>
  runTool('promtool', ['test', 'rules', tests], new Map([...files, [rules, text]]))

/** A defect somebody could make in the generated rules: where, and what stands there then. */
export type Mutant = readonly [what: string, rule: string, from: string | RegExp, to: string]

export const mutants: readonly Mutant[] = [
  ['an operator of an alert', 'MnemoscopeF1ScoreCritical', '<=', '<'],
  ['an operator of an alert, turned around', 'MnemoscopeF1ScoreWarning', '<=', '>='],
  ['an operator of the hysteresis', 'MnemoscopeF1ScoreError', '<= 0.765', '>= 0.765'],
  ['a threshold', 'MnemoscopeF1ScoreError', '<= 0.75', '<= 0.755'],
  ['a threshold of an override', 'MnemoscopeF1ScoreCritical', '<= 0.5)', '<= 0.49)'],
  ['a resolve threshold', 'MnemoscopeF1ScoreCritical', '<= 0.51', '<= 0.5'],
  ['the exception of an override', 'MnemoscopeF1ScoreCritical', /current\{model!=[^}]+\}/, 'current'],
  ['a level', 'MnemoscopeF1ScoreError', 'severity: error', 'severity: warning'],
  ['the label of the KPI', 'MnemoscopeF1ScoreWarning', 'kpi: f1_score', 'kpi: latency'],
  [
    'the name of an alert',
    'MnemoscopeF1ScoreWarning',
    'alert: MnemoscopeF1ScoreWarning',
    'alert: MnemoscopeF1Score',
  ],
  ['the time before an alert', 'MnemoscopeF1ScoreWarning', ' for: 30s', ' for: 1m'],
  ['the time after an alert', 'MnemoscopeF1ScoreWarning', 'keep_firing_for: 45s', 'keep_firing_for: 15s'],
  ['the alert of missing data', 'MnemoscopeF1ScoreNoData', ' unless ', ' and '],
  ['the target that is down', 'MnemoscopeF1ScoreNoData', '== 0', '== 1'],
  ['a longer short window', ':count_1m', '[1m]', '[2m]'],
  ['a longer mean', ':mean_1m', '[1m]', '[2m]'],
  ['a shorter mean', ':mean_4m', '[4m]', '[1m]'],
  ['a longer rare window', ':mean_8m', '[8m]', '[16m]'],
  ['buckets of a longer window', '_bucket:increase', '[1m]', '[2m]'],
  ['buckets of a shorter window', '_bucket:increase', '[8m]', '[1m]'],
  [
    'the places of a short window',
    '_bucket:increase',
    /(increase\(\S+\[1m\]\)) and on \([^)]*\) \(\S+judged_1m > 0\)/,
    '$1',
  ],
  ['a quantile', ':p95', 'histogram_quantile(0.95', 'histogram_quantile(0.05'],
  ['a label of the place', ':mean_1m', ', operation)', ')'],
  ['the samples asked for', ':judged_1m', '>= 8', '>= 80'],
  ['the busy times before', ':judged_1m', / and max_over_time\(\S+\) >= 8/, ''],
  ['a place that was busy', ':judged_1m', '>= 3 and', '>= 8 and'],
  ['the order of the tiers', ':current', 'mean_1m', 'mean_8m'],
  ['the age of a process', ':newborn_1m', '< 60', '> 60'],
  ['the answer of a target', ':newborn_4m', '== 1', '== 0'],
  ['the series that were there before', ':newborn_8m', 'offset 8m', 'offset 1m'],
]

export const burnMutants: readonly Mutant[] = [
  ['a factor', 'BurnCritical', /misses_1h \/ 0.05 > [\d.]+/, 'misses_1h / 0.05 > 5'],
  ['a factor over the short window', 'BurnCritical', /misses_5m \/ 0.05 > [\d.]+/, 'misses_5m / 0.05 > 12'],
  ['a budget', 'BurnError', /misses_6h \/ 0.05/, 'misses_6h / 0.06'],
  ['an operator', 'BurnWarning', /(misses_1d \/ 0.05) >/, '$1 <'],
  ['the short window', 'BurnError', 'misses_30m', 'misses_6h'],
  ['the attempts asked for', 'BurnCritical', 'attempts_1h >= 5', 'attempts_1h >= 1'],
  ['a level', 'BurnWarning', 'severity: warning', 'severity: error'],
  ['the outcomes that miss', ':misses_1h', /"failure"/g, '"success"'],
]

/** The generated tests must pass for the generated rules, and fail for each of these defects in them. */
export function testsBite(defects: readonly Mutant[], subject = f1): void {
  const rules = files.get(subject.rules) as string
  describe(`the generated tests ${subject.tests}`, () => {
    beforeAll(async () => {
      expect(await testsOf(subject, rules)).toEqual({ ok: true, output: expect.any(String) })
    })

    test.each(defects)('fail for a defect in %s (%s)', async (_, rule, from, to) => {
      const mutated = mutate(rules, rule, from, to)
      expect(mutated).not.toBe(rules)
      const { output } = await testsOf(subject, mutated)
      expect(output).toContain('FAILED')
      // A defect is in what rules say, not in how they are written.
      expect(output).not.toContain('parse error')
    })
  })
}

/** Changes the first rule of that name in which the text stands. */
function mutate(rules: string, rule: string, from: string | RegExp, to: string): string {
  const all = rules.split(/(?=^ {6}- (?:alert|record): )/m)
  const at = all.findIndex(
    (text) =>
      text.split('\n')[0]?.endsWith(rule) &&
      (typeof from === 'string' ? text.includes(from) : from.test(text)),
  )
  return all.map((text, i) => (i === at ? text.replace(from, to) : text)).join('')
}
