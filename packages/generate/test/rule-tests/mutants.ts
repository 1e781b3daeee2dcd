import { beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

/** Evaluations are few in a minute, and a value expires within minutes: tests take little time. */
const quick = { expiry: '4m', for: '30s', keepFiringFor: '45s', noData: 'no_data' } as const
const overrides = [{ model: 'small', thresholds: { critical: 0.5 } }]
const files = generate(
  defineConfig({
    alertCheckInterval: '15s',
    kpis: {
      f1_score: { ...quick, overrides },
      latency: quick,
      memory_usage: { thresholds: { warning: 2 ** 33, critical: 2 ** 34 }, noData: 'no_data' },
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
  ['what an alert compares', 'MnemoscopeF1ScoreCritical', ':high', ':low'],
  ['an operator of an alert, turned around', 'MnemoscopeF1ScoreWarning', /(high\S*) <=/, '$1 >='],
  ['how an alert goes on', 'MnemoscopeF1ScoreError', /(:low\S*) <=/, '$1 >='],
  ['a value that goes on', 'MnemoscopeF1ScoreError', /:low/, ':high'],
  ['a threshold', 'MnemoscopeF1ScoreError', /(high\S*) <= 0.75\d*/, '$1 <= 0.755'],
  [
    'a threshold, without what rounding takes',
    'MnemoscopeF1ScoreError',
    /(high\S*) <= 0.75\d*/,
    '$1 <= 0.7499',
  ],
  ['a threshold of an override', 'MnemoscopeF1ScoreCritical', /(high\S*) <= 0.50+5\)/, '$1 <= 0.49)'],
  ['the exception of an override', 'MnemoscopeF1ScoreCritical', /\{model!=[^}]+\}/g, ''],
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
  ['what was seen before', ':seen', ':newest[10m]', ':seen[10m]'],
  ['a counter that falls', ':anew_alert', '_alert >= 0', '_alert <= 0'],
  ['the instances that are known', ':began_alert', /(:seen\{mnemoscope_part="start"\}\))/, '$1 > 1e12'],
  ['the age of a process', ':began_alert', '< 600)', '> 600)'],
  ['what a restarted process did', ':added_count', /\(instance:\S+:began_alert\)\s+or/, ''],
  [
    'what a process did before its restart',
    ':tailed_alert',
    /\+ (instance:\S+:count_grown_alert\s*)$/,
    '+ 0 * $1',
  ],
  ['a label of the place', ':added_count', 'context_size, operation)', 'context_size)'],
  ['the expiry', ':elapsed', '<= 240', '<= 60'],
]

export const burnMutants: readonly Mutant[] = [
  ['a factor', 'BurnCritical', /misses_1h \/ 0.05 > [\d.]+/, 'misses_1h / 0.05 > 5'],
  ['a factor over the short window', 'BurnCritical', /misses_5m \/ 0.05 > [\d.]+/, 'misses_5m / 0.05 > 12'],
  ['a budget', 'BurnError', /misses_6h \/ 0.05/, 'misses_6h / 0.06'],
  ['an operator', 'BurnWarning', /(misses_1d \/ 0.05) >/, '$1 <'],
  ['the short window', 'BurnError', 'misses_30m', 'misses_6h'],
  ['the attempts asked for', 'BurnCritical', 'attempts_1h >= 5', 'attempts_1h >= 1'],
  ['a level', 'BurnWarning', 'severity: warning', 'severity: error'],
  ['the outcomes that miss', ':misses_1h', '1 - ', ''],
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
