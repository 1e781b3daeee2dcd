import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type Config, type ConfigInput, defineConfig, names, storeKpis } from '@mnemoscope/kpi'
import { customKpis } from '../../../test/harness/custom-kpis.js'
import { runbookBase } from '../src/annotations.js'
import type { AlertRule } from '../src/rule.js'
import { runbookIndex } from '../src/runbook-index.js'
import { groupsOf } from './promtool.js'

const folder = new URL('../../../docs/runbooks/', import.meta.url)
const pages = readdirSync(folder).filter((name) => name !== 'README.md')
const thresholds = { warning: 0.1, error: 0.2, critical: 0.3 }
const config = defineConfig({
  services: [{ name: 'memory', targets: ['m:1'] }],
  kpis: {
    ...storeKpis,
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
const alerts = alertsOf(config)

function alertsOf(config: Config): AlertRule[] {
  return groupsOf(config)
    .flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule))
    .filter(({ alert }) => alert !== names.easedAlert)
}

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
    const basesOf = (given: ConfigInput) =>
      alertsOf(defineConfig(given)).map(({ annotations }) =>
        annotations.runbook_url?.replace(/[a-z0-9-]+\.md$/, ''),
      )
    const cases: [ConfigInput, string][] = [
      [{}, 'http://127.0.0.1:9470/runbooks/'],
      [{ endpoints: { recorder: 'https://x.example/m/' } }, 'https://x.example/m/runbooks/'],
      [{ alerting: { runbookBaseUrl: 'https://wiki.example/' } }, 'https://wiki.example/'],
    ]
    for (const [given, base] of cases) expect(new Set(basesOf(given))).toEqual(new Set([base]))
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
    const custom = defineConfig({ kpis: { recall_at_5: { ...customKpis.recall_at_5, ...given } } })
    const row = runbookIndex(custom, groupsOf(custom)).match(new RegExp(`^.*\`${alert}\`.*$`, 'm'))?.[0]
    expect(row).toContain(`](${url}) |`)
  })

  test('name every alert on its page', () => {
    for (const { alert, annotations, labels } of alerts) {
      const page = (annotations.runbook_url as string).slice(runbookBase(config).length)
      const text = readFileSync(new URL(page, folder), 'utf8')
      const kpi = labels.kpi?.replace(/(?:^|_)([a-z0-9])/g, (_: string, first: string) => first.toUpperCase())
      const ofAnyKpi = kpi === undefined ? alert : alert.replace(kpi, '<Kpi>')
      expect([text.includes(`\`${alert}\``), text.includes(`\`${ofAnyKpi}\``)]).toContain(true)
    }
  })

  test('ask for recorded series that exist', () => {
    const recorded = new Set(
      groupsOf(config).flatMap(({ rules }) =>
        rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])),
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
