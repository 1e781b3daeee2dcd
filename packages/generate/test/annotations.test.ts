import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { humanized, links } from '../src/annotations.js'
import { dashboards } from '../src/grafana/grafana-files.js'

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

test("an alert's value is shown in the KPI's unit by Prometheus itself", () => {
  expect(['s', 'By', '1', '{token}', 'Hz'].map(humanized)).toEqual([
    '{{ $value | humanizeDuration }}',
    '{{ $value | humanize1024 }}B',
    '{{ printf "%.3f" $value }}',
    '{{ $value | humanize }} tokens',
    '{{ $value | humanize }} Hz',
  ])
})
