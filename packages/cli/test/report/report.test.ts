import { describe, expect, test } from '@jest/globals'
import { defineConfig, definePlugin } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { beforeSection } from '../../src/report/before.js'
import { reportHtml } from '../../src/report/html.js'
import { reportMarkdown } from '../../src/report/markdown.js'
import { type Report, reportOf } from '../../src/report/report.js'
import { reportText } from '../../src/report/text.js'
import { alert, at, busy, charts, empty } from './dashboard-data.js'

const titles = [
  'PERFORMANCE SUMMARY',
  'PERFORMANCE TRENDS',
  'MODEL PERFORMANCE',
  'ALERT SUMMARY',
  'RECENT ALERTS',
]

describe('the report', () => {
  test.each([
    ['no data', empty, []],
    ['data', busy, ['WHAT TO DO']],
  ])("with %s has the specification's five sections in order, then what is to be done", (_, data, more) => {
    expect(reportOf(data).sections.map(({ title }) => title)).toEqual([...titles, ...more])
  })

  test('ends with the sections of plugins', () => {
    const { plugins } = defineConfig({
      plugins: [
        definePlugin({
          name: 'open-alerts',
          reportSections: [
            ({ open_alerts }: DashboardData) => ({
              title: 'OPEN',
              rows: [],
              note: { text: `${open_alerts.length} open` },
            }),
          ],
        }),
      ],
    })
    expect(reportText(reportOf(busy, { plugins }))).toMatch(/RECENT ALERTS[\s\S]+OPEN\n {2}1 open/)
  })

  test.each([
    [1, '1 snapshot\\.'],
    [2, '2 snapshots\\.'],
  ])('counts %i as %s', (total_snapshots, said) => {
    expect(reportText(reportOf({ ...busy, summary: { total_snapshots } }))).toMatch(
      new RegExp(`^ +${said} In brackets`, 'm'),
    )
  })

  test('says what is unknown, never 0', () => {
    const text = reportText(reportOf({ ...busy, summary: { total_snapshots: 3, avg_latency: null } }))
    expect(text).toMatch(/Latency\s+unknown\s+unknown\s+unknown/)
  })

  test('as text has values in readable units, the trend in words and as a curve', () => {
    const text = reportText(reportOf(busy))
    expect(text).toMatch(/Latency\s+9\.00 s\s+0\.25 s \(p95\)\s+21\.00 s \(p95\)\s+mean of 4,131 operations/)
    expect(text).toMatch(/Latency \(p95\)\s+degrading\s+21\.00 s {2}▁▂█/)
    expect(text).toContain('rose from 1.00 s to 12.50 s at 2026-01-02 03:03 UTC, and stayed')
    expect(text).toMatch(/2026-01-02 02:54:05 UTC\s+CRITICAL\s+open/)
    expect(text).toMatch(/WARNING\s+30 s/)
  })

  test('as Markdown keeps its tables whole whatever a name holds', () => {
    const rows = reportMarkdown(reportOf(busy))
      .split('\n')
      .filter((line) => line.includes('has reached'))
    expect(rows.at(-1)).toContain('\\<gpt\\|4\\>')
  })

  test('as Markdown takes no markup from a name', () => {
    const name = 'a\\|b `c` [d](https://e) <img src=x> *f*'
    const text = reportMarkdown({ heading: '', sections: [{ title: name, rows: [[{ text: name }]] }] })
    const shown = 'a\\\\\\|b \\`c\\` \\[d\\](https://e) \\<img src=x\\> \\*f\\*'
    expect(text).toContain(`## ${shown}\n\n| ${shown} |\n`)
  })

  test.each([
    [
      'text',
      reportText,
      '  runbook: https://runbooks.example/latency.md\n    dashboard: http://g/d/kpi?var-model=a|b',
    ],
    [
      'Markdown',
      reportMarkdown,
      '[runbook](<https://runbooks.example/latency.md>) | [dashboard](<http://g/d/kpi?var-model=a%7Cb>)',
    ],
    [
      'HTML',
      (report: Report) => reportHtml(report, busy, charts),
      '<a href="https://runbooks.example/latency.md">runbook</a>',
    ],
  ])('as %s leads from what is open to what to do, and to the dashboard', (_, render, expected) => {
    const annotations = {
      runbook_url: 'https://runbooks.example/latency.md',
      dashboard_url: 'http://g/d/kpi?var-model=a|b',
    }
    const open = { ...alert, metadata: { ...alert.metadata, annotations } }
    expect(render(reportOf({ ...busy, open_alerts: [open] }))).toContain(expected)
  })

  test.each([
    [null, 'no deployment or change of the configuration'],
    [
      { kind: 'deployment', at: at - 900, by: null, what: 'memory 1.4.2' } as const,
      '5 min before: memory 1.4.2 deployed',
    ],
    [
      { kind: 'configuration', at: at - 660, by: 'ada', what: 'services changed' } as const,
      '60 s before: configuration changed by ada: services changed',
    ],
  ])('tells of an open alert what people changed before: %j', (preceded_by, expected) => {
    const text = reportText(reportOf({ ...busy, open_alerts: [{ ...alert, preceded_by }] }))
    expect(text).toMatch(new RegExp(`Latency of gpt-4o \\(search\\), context 8192 +${expected}`))
  })

  test('leads to no address that could run something', () => {
    const annotations = { runbook_url: 'javascript:alert(1)' }
    const open = { ...alert, metadata: { ...alert.metadata, annotations } }
    expect(reportHtml(reportOf({ ...busy, open_alerts: [open] }), busy, charts)).not.toContain('<a ')
  })

  test('as HTML escapes names, draws the chart of the page, says what it shows, and loads nothing', () => {
    const html = reportHtml(reportOf(busy), busy, charts)
    expect(html).toContain('&lt;gpt|4&gt;')
    expect(html).toMatch(/<figcaption>Latency<small>p95 · 1 alert<\/small><\/figcaption><svg [^>]+role="img"/)
    for (const text of [
      '>warning ≥ 5 s<',
      '>critical ≥ 20 s<',
      '>20 s<',
      '>UTC<',
      'A line breaks where no value is known',
    ])
      expect(html).toContain(text)
    expect(html).toContain('<b>A</b> 2 Jan 03:03 UTC: memory 1.4.2 deployed by ada')
    expect(html).toContain('@media screen and (prefers-color-scheme: dark)')
    expect(html).toContain('@media print')
    expect(html).not.toMatch(/<script|https?:|<link|<img|url\(/)
  })

  test('as HTML says of which KPIs it has no chart, and why', () => {
    expect(reportHtml(reportOf(empty), empty, { ...charts, kpis: {} })).toContain(
      'No chart, because there is no value in this time: Latency.',
    )
  })

  test('has one unit for all values of a KPI', () => {
    const slight = { ...busy, summary: { ...busy.summary, min_latency: 0.0453 } }
    const report = reportOf(slight)
    const shown = report.sections.flatMap(({ rows }) => rows.flat().map(({ text }) => text)).join(' ')
    expect(shown).toContain('0.0453 s (p95)')
    expect(shown).not.toMatch(/\d ms/)
    expect(reportHtml(report, slight, charts)).not.toMatch(/\d ms/)
  })

  test('has the unit of its values where the thresholds are far above, and no alert fires', () => {
    const quick = {
      ...busy,
      ...{ open_alerts: [], trend_details: {}, operation_performance: [] },
      summary: { total_snapshots: 12, avg_latency: 0.002, min_latency: 0.0004, max_latency: 0.05 },
    }
    expect(reportText(reportOf(quick))).toMatch(/Latency +2\.0 ms +0\.4 ms \(p95\) +50\.0 ms \(p95\)/)
  })

  test('says why a part that was asked for has no snapshot', () => {
    expect(reportText(reportOf(empty, { missing: 'No snapshot has the model "nope".' }))).toContain(
      'No snapshot has the model "nope".',
    )
  })

  test('lists what came before the worst alerts, as the page does, at most three', () => {
    const none = { moved: [], alerts: [], gaps: [], config_changes: [], deployments: [] }
    const gone = { kpi: 'latency', before: 1, low: 1, high: 1, since: 9 }
    const detail = { ...alert, transitions: [], acknowledgements: [], before: { ...none, moved: [gone] } }
    const quiet = { ...detail, before: none }
    const open = [1, 2, 3, 4].map((id) => ({ ...alert, id }))
    const [section] = beforeSection({ ...busy, open_alerts: open }, [detail, detail, quiet])
    expect(section?.rows.slice(1).map(([, line]) => line?.text)).toEqual([
      'Latency went from 1 s to 9 s (×9, worse)',
      'Latency went from 1 s to 9 s (×9, worse)',
      expect.stringMatching(/^Nothing on record/),
    ])
    expect(section?.note?.text).toContain('Of the 3 worst alerts')
    expect(beforeSection(busy, [])).toEqual([])
  })
})
