import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { editRules, rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig({ alertCheckInterval: '4m' })
const series = `${names.recordedSeries.current(config.kpis.f1_score)}{job="memory", model="m", context_size="8192", operation="search"}`
const informed = 'count(ALERTS{alertname="MnemoscopeF1ScoreInfo", severity="info"})'

/** The rules of the trend alone, over a value that the test says; a sample of it every evaluation, which is every 4 minutes. */
const rules = editRules(rulesOf(config), (rule) =>
  'record' in rule && rule.record.endsWith(':current') ? { ...rule, record: 'unused' } : rule,
)
const hour = 15
const day = 24 * hour
const steps = (values: readonly (readonly [value: number, evaluations: number])[]) =>
  values.flatMap(([value, evaluations]) => Array<number>(evaluations).fill(value)).join(' ')

describe('an hour that is worse than its day', () => {
  test.each([
    [
      'raises the alert',
      [
        [0.95, day],
        [0.83, hour],
      ],
      true,
    ],
    [
      'does not while it is better',
      [
        [0.83, day],
        [0.95, hour],
      ],
      false,
    ],
    [
      'does not where the change is small',
      [
        [0.95, day],
        [0.9, hour],
      ],
      false,
    ],
    [
      'does not where the day was as bad at times',
      [
        ...Array.from({ length: 24 }, (_, i) => [i % 2 === 0 ? 0.95 : 0.8, hour] as const),
        [0.8, hour] as const,
      ],
      false,
    ],
    [
      'does not after only a few hours',
      [
        [0.95, 4 * hour],
        [0.83, hour],
      ],
      false,
    ],
  ] as const)('%s', async (_, values, told) => {
    const minutes = values.reduce((sum, [, evaluations]) => sum + evaluations, 0) * 4
    const result = await ruleTest(
      rules,
      { [series]: steps(values) },
      [{ at: `${minutes - 4}m`, values: { [informed]: told ? [['{}', 1]] : [] } }],
      { scrape: '4m', evaluation: '4m' },
    )
    expect(result).toBe('')
  })
})
