import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { customKpis } from '../../../test/harness/custom-kpis.js'
import { runbookBase } from '../src/annotations.js'
import { generate } from '../src/generate.js'

const folder = new URL('../../../docs/runbooks/', import.meta.url)
const pages = readdirSync(folder).filter((name) => name !== 'README.md')
const thresholds = { warning: 0.1, error: 0.2, critical: 0.3 }
const config = defineConfig({
  kpis: {
    memory_usage: { thresholds: { warning: 1, error: 2, critical: 3 }, noData: 'no_data' },
    context_utilization: { thresholds },
    overflow_frequency: { thresholds, target: 0.5 },
    adaptation_success_rate: { thresholds: { warning: 0.9, error: 0.8, critical: 0.7 } },
  },
  alerting: {
    receivers: { beat: { webhook: { url: 'https://beat.example/' } } },
    watchdog: { receiver: 'beat' },
  },
})

/** Every alert that any configuration can raise, with its annotations. */
const alerts = [...generate(config)]
  .filter(([path]) => path.startsWith('prometheus/rules/'))
  .flatMap(([, text]) => parse(text).groups)
  .flatMap(({ rules }) => rules)
  .filter(({ alert }) => alert !== undefined)

describe('runbooks', () => {
  test('have a page for every alert, and no page is of none', () => {
    const prefix = runbookBase(config)
    const asked = alerts.map(({ annotations }) => annotations.runbook_url as string)
    expect(asked.every((url) => url.startsWith(prefix))).toBe(true)
    expect([...new Set(asked.map((url) => url.slice(prefix.length)))].sort()).toEqual(pages.sort())
  })

  test.each(pages)('%s says what it means, how urgent it is, where to look, why, and what to do', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      'What it means',
      'Is it urgent',
      'Look first',
      'Usual causes',
      'Fix it',
      'When the alert is wrong',
    ])
  })

  test('lead to the recorder, or to where the configuration says', () => {
    const urls = (given: object, folder: string) =>
      [...generate(defineConfig(given))]
        .filter(([path]) => path.startsWith(folder))
        .flatMap(([, text]) =>
          [...text.matchAll(/runbook_url: (\S+\/)[a-z0-9-]+\.md/g)].map(([, base]) => base),
        )
    const cases: [object, string, string][] = [
      [{}, 'prometheus/rules/', 'http://127.0.0.1:9470/runbooks/'],
      [
        { endpoints: { recorder: 'https://x.example/m/' } },
        'prometheus/rules/',
        'https://x.example/m/runbooks/',
      ],
      [
        { alerting: { runbookBaseUrl: 'https://wiki.example/' } },
        'prometheus/rules/',
        'https://wiki.example/',
      ],
    ]
    for (const [given, folder, base] of cases) expect(new Set(urls(given, folder))).toEqual(new Set([base]))
  })

  test.each([
    ['beside the list where they are written', {}, 'MnemoscopeF1ScoreError', 'f1-score.md'],
    [
      'at the recorder where no page is written',
      {},
      'MnemoscopeRecallAt5Error',
      'http://127.0.0.1:9470/runbooks/recall-at-5.md',
    ],
    [
      'where the KPI says',
      { runbook: 'https://docs.example/recall' },
      'MnemoscopeRecallAt5Error',
      'https://docs.example/recall',
    ],
    [
      'beside the list where a KPI shares one',
      { runbook: 'latency.md' },
      'MnemoscopeRecallAt5Error',
      'latency.md',
    ],
  ])('are listed %s', (_, given, alert, url) => {
    const listed = generate(defineConfig({ kpis: { recall_at_5: { ...customKpis.recall_at_5, ...given } } }))
    const row = listed.get('docs/runbooks/README.md')?.match(new RegExp(`^.*\`${alert}\`.*$`, 'm'))?.[0]
    expect(row).toContain(`](${url}) |`)
  })

  test('name every alert on its page', () => {
    for (const { alert, annotations, labels } of alerts) {
      const page = annotations.runbook_url.slice(runbookBase(config).length)
      const text = readFileSync(new URL(page, folder), 'utf8')
      const kpi = labels.kpi?.replace(/(?:^|_)([a-z0-9])/g, (_: string, first: string) => first.toUpperCase())
      expect([text.includes(`\`${alert}\``), text.includes(`\`${alert.replace(kpi, '<Kpi>')}\``)]).toContain(
        true,
      )
    }
  })

  test('ask for recorded series that exist', () => {
    const recorded = new Set(
      [...generate(config).values()].flatMap((text) =>
        [...text.matchAll(/- record: (\S+)/g)].map(([, name]) => name),
      ),
    )
    for (const name of pages) {
      const text = readFileSync(new URL(name, folder), 'utf8')
      for (const [series] of text.matchAll(
        /job_model_context_size_operation:mnemoscope_[a-z0-9_]+:[a-z0-9_]+/g,
      )) {
        expect(recorded).toContain(series)
      }
    }
  })
})
