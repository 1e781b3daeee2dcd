import { describe, expect, test } from '@jest/globals'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import { customKpis } from '../../../../test/harness/custom-kpis.js'
import { generate } from '../../../generate/src/generate.js'
import { runbookHtml } from '../../src/runbooks/html.js'
import { kpiRunbook } from '../../src/runbooks/kpi-runbook.js'
import { runbookOf } from '../../src/runbooks/routes.js'

const config = defineConfig({
  kpis: {
    ...customKpis,
    recall_at_5: {
      ...customKpis.recall_at_5,
      thresholds: { warning: 0.7, error: 0.6 },
      overrides: [
        { model: 'gpt|4o', thresholds: { critical: 0.3 } },
        { model: 'small', contextSize: 8_192, thresholds: { error: 0.5 } },
      ],
      labels: { tier: ['free', 'paid'] },
    },
  },
})
const own = (id: string) => config.kpis[id] as Config['kpis'][string]
const pageOf = (id: string) => kpiRunbook(own(id))

describe('the runbook of a KPI without a written one', () => {
  test('has the sections of the written ones', () => {
    for (const id of Object.keys(customKpis)) {
      expect([...pageOf(id).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
        'What it means',
        'Is it urgent',
        'Look first',
        'Usual causes',
        'Fix it',
        'When the alert is wrong',
      ])
    }
  })

  test.each([
    ['recall_at_5', '# Recall at 5 is too low'],
    [
      'recall_at_5',
      '`MnemoscopeRecallAt5Critical`, `MnemoscopeRecallAt5Error`, `MnemoscopeRecallAt5Warning`',
    ],
    ['recall_at_5', 'Share of relevant passages among the first five.'],
    ['recall_at_5', 'the 50th percentile of the last operations, about 60 of them'],
    ['recall_at_5', '| level | fires at or below | after |'],
    ['recall_at_5', '| error | 0.6 | 0s |\n| warning | 0.7 | 0s |'],
    ['recall_at_5', '- `gpt|4o`: critical 0.3, error 0.6, warning 0.7'],
    ['recall_at_5', '- `small`, context 8,192: error 0.5, warning 0.7'],
    ['recall_at_5', '`sort(job_model_context_size_operation:mnemoscope_recall_at_5:current)`'],
    ['recall_at_5', 'sum by (operation, tier) (rate(mnemoscope_recall_at_5_sum[5m]))'],
    ['recall_at_5', '`npx mnemoscope explain MnemoscopeRecallAt5Critical`'],
    ['queue_length', '# Queue length is too high'],
    ['queue_length', 'the newest reading, of several processes the worst. Lower is better.'],
    ['queue_length', '| warning | 100 operations | 0s |'],
    ['queue_length', '`sort_desc(job_model_context_size_operation:mnemoscope_queue_length:current)`'],
    ['queue_length', '`topk(10, mnemoscope_queue_length)`'],
    ['citation_success_rate_of_long_answers', 'the share of `held` among these and `broken`'],
    ['citation_success_rate_of_long_answers', 'none raises an alert'],
    ['citation_success_rate_of_long_answers', 'sum by (verdict) (increase(mnemoscope_citations_total[1h]))'],
  ])('%s: %s', (id, text) => {
    expect(pageOf(id)).toContain(text)
  })

  test('asks for recorded series and metrics that exist', () => {
    const rules = [...generate(config)]
      .filter(([path]) => path.startsWith('prometheus/rules/'))
      .map(([, text]) => text)
      .join('\n')
    const asked = Object.keys(customKpis).flatMap((id) => [
      ...pageOf(id).matchAll(/job_model_context_size_operation:\w+:\w+|mnemoscope_(?!refused)\w+(?=[[)])/g),
    ])
    expect(asked.length).toBe(14)
    for (const [name] of asked) expect(rules).toMatch(new RegExp(`\\b${name}\\b`))
  })

  test('takes no text of the definition as a separate block, or as markup', () => {
    const html = runbookHtml(
      kpiRunbook({
        ...own('queue_length'),
        description: 'Waits.\n\n# <b>Gone</b>',
        overrides: [{ model: 'a`b\n\n# c', thresholds: { warning: 1 } }],
      }),
    )
    expect(html).toContain('<p>Waits. # &lt;b&gt;Gone&lt;/b&gt;</p>')
    expect(html).toContain('<li>a`b # c: warning 1 operations</li>')
  })
})

describe('a page is', () => {
  const written = new Map([
    ['README.md', '# All\n'],
    ['latency.md', 'By hand.'],
  ])
  const given = (runbook: string | undefined) => ({
    kpis: defineConfig({
      kpis: { recall_at_5: { ...customKpis.recall_at_5, ...(runbook === undefined ? {} : { runbook }) } },
    }).kpis,
  })
  test.each([
    ['as it is written', 'latency.md', undefined, 'By hand.'],
    ['as it is written for a KPI that leads to it, too', 'latency.md', 'latency.md', 'By hand.'],
    ['made of the KPI that has none', 'recall-at-5.md', undefined, '# Recall at 5 is too low'],
    ['made of the KPI that leads to another one', 'team/recall.md', 'team/recall.md', '# Recall at 5'],
    ['made of the KPI that leads to a part of it', 'recall.md', 'recall.md#low', '# Recall at 5'],
    ['none where the KPI leads elsewhere', 'recall-at-5.md', 'recall.md', undefined],
    ['none where the KPI leads to the web', 'recall-at-5.md', 'https://x.example/recall-at-5.md', undefined],
    ['none where nothing leads', 'other.md', undefined, undefined],
    ['listed where it is made', 'README.md', undefined, '- [Recall at 5](recall-at-5.md)'],
  ])('%s', (_, page, runbook, text) => {
    const markdown = runbookOf(page, written, given(runbook))
    if (text === undefined) expect(markdown).toBeUndefined()
    else expect(markdown).toContain(text)
  })

  test('not listed where it is written, or of the web', () => {
    const list = runbookOf('README.md', written, given('https://x.example/recall')) ?? ''
    expect(list).not.toMatch(/Recall|latency/)
  })
})
