import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { humanized, links } from '../src/annotations.js'
import { dashboards } from '../src/grafana/grafana-files.js'
import { limitText } from '../src/message-annotations.js'
import { filledIn } from './filled-in.js'

const labels = (prefix: string) =>
  ['job', 'model', 'context_size', 'operation']
    .map((name) => `${prefix}${name}={{ $labels.${name} | urlquery }}`)
    .join('&')

describe('An alert’s links', () => {
  test('lead to the runbook and, where people have Grafana, to the KPI’s dashboard at the alert’s place', () => {
    const config = defineConfig({ endpoints: { grafana: 'https://example.org/grafana/' } })
    expect(links(config, 'f1-score.md', config.kpis.f1_score)).toEqual({
      runbook_url: 'http://127.0.0.1:9470/runbooks/f1-score.md',
      dashboard_url: `https://example.org/grafana/d/mnemoscope-kpi-f1_score?${labels('var-')}`,
    })
    expect(links(config, 'target-down.md').dashboard_url).toBe(
      'https://example.org/grafana/d/mnemoscope-pipeline-health',
    )
  })

  test('lead to the runbook’s own address where it has one, whatever is before the others', () => {
    for (const alerting of [{}, { runbookBaseUrl: 'https://wiki.example/' }]) {
      const runbook = 'https://docs.example/recall#low'
      expect(links(defineConfig({ alerting }), runbook).runbook_url).toBe(runbook)
    }
  })

  test('lead to the recorder’s page elsewhere', () => {
    const config = defineConfig()
    expect(links(config, 'f1-score.md', config.kpis.f1_score).dashboard_url).toBe(
      `http://127.0.0.1:9470/?kpi=f1_score&${labels('')}`,
    )
  })

  test('name dashboards that are there, and variables that these have', () => {
    const config = defineConfig({ endpoints: { grafana: 'http://127.0.0.1:3000' } })
    const byUid = new Map(dashboards(config).map(([, dashboard]) => [dashboard.uid, dashboard]))
    for (const kpi of [undefined, ...Object.values(config.kpis)]) {
      const { dashboard_url = '' } = links(config, 'page.md', kpi)
      const { pathname, searchParams } = new URL(dashboard_url)
      const names = byUid.get(pathname.replace('/d/', ''))?.templating?.list?.map(({ name }) => `var-${name}`)
      expect(names).toEqual(expect.arrayContaining([...searchParams.keys()]))
    }
  })
})

test("Prometheus shows an alert's value in the KPI's unit, as people write numbers", async () => {
  const values: [unit: string, value: number, text: string][] = [
    ['s', 7.234_5, '7.234s'],
    ['By', 9_126_805_504, '8.5GiB'],
    ['1', 0.307_4, '0.307'],
    ['1', 12_345, '12.35k'],
    ['{token}', 17_320, '17.32k tokens'],
    ['{dollar}', 0.052_1, '0.0521 dollars'],
    ['%', 0.5, '0.5 %'],
    ['%', -0.25, '-0.25 %'],
    ['Hz', 0, '0 Hz'],
  ]
  const alerts = values.map(([unit, value, text]) => ({
    expr: `vector(${value})`,
    template: humanized({ unit, range: { min: 0, max: 10_000, integer: false } }),
    text,
  }))
  expect(await filledIn(alerts)).toBe('')
})

test('a threshold is written so, too, and a share with two decimals', () => {
  const thresholds: [number, string][] = [
    [0.7, '1'],
    [0.125, '1'],
    [2_000, '1'],
    [1.5, '1'],
    [0.05, '{dollar}'],
    [15_000, '{token}'],
  ]
  expect(thresholds.map(([threshold, unit]) => limitText(threshold, unit))).toEqual([
    '0.70',
    '0.125',
    '2,000',
    '1.5',
    '0.05 dollars',
    '15,000 tokens',
  ])
})
