import { describe, expect, test } from '@jest/globals'
import { defineConfig, definePlugin } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { reportHtml } from '../src/report/html.js'
import { reportMarkdown } from '../src/report/markdown.js'
import { type Report, reportOf } from '../src/report/report.js'
import { sparkline } from '../src/report/sparkline.js'
import { statusOf } from '../src/report/status.js'
import { tableLines } from '../src/report/table-lines.js'
import { reportText } from '../src/report/text.js'
import { topOf } from '../src/report/top.js'

const at = Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000

const empty: DashboardData = {
  timestamp: at,
  window: { from: at - 86_400, to: at },
  summary: { total_snapshots: 0, avg_latency: null, min_latency: null, max_latency: null },
  trends: {},
  trend_details: {},
  model_performance: {},
  alert_summary: {
    total_alerts: 0,
    alert_counts: { info: 0, warning: 0, error: 0, critical: 0 },
    has_critical: false,
    has_error: false,
    has_warning: false,
  },
  recent_alerts: [],
  recent_snapshots: [],
  kpis: [
    {
      id: 'latency',
      title: 'Latency',
      description: '',
      unit: 's',
      direction: 'lower_is_better',
      thresholds: { warning: 5, error: 10, critical: 20 },
    },
  ],
  current: [],
  open_alerts: [],
  last_instant: null,
  no_data: { reason: 'nothing_yet', since: null },
}

const alert = {
  id: 1,
  timestamp: at - 600,
  level: 'critical',
  message: 'Latency of <gpt|4> has reached CRITICAL',
  metric_type: 'latency',
  current_value: 21,
  peak_value: 24,
  threshold: 20,
  service: 'memory',
  model: 'gpt-4o',
  context_size: 8_192,
  ends_at: null,
  closed_how: null,
  in_force: true,
  preceded_by: null,
  metadata: {
    alertname: 'MnemoscopeLatencyCritical',
    fingerprint: '0',
    context_size: '8192',
    labels: {},
    annotations: {},
  },
} as unknown as DashboardData['recent_alerts'][number]

const busy: DashboardData = {
  ...empty,
  no_data: null,
  summary: { total_snapshots: 12, avg_latency: 9, min_latency: 0.25, max_latency: 21 },
  trend_details: {
    latency: {
      direction: 'degrading',
      slope_per_hour: 1,
      p_value: 0.01,
      points: [
        [at - 60, 1],
        [at - 30, 4],
        [at, 21],
      ],
    },
  },
  model_performance: { 'gpt-4o': { count: 12, avg_latency: 9 } },
  alert_summary: {
    ...empty.alert_summary,
    total_alerts: 1,
    alert_counts: { info: 0, warning: 0, error: 0, critical: 1 },
    has_critical: true,
  },
  recent_alerts: [alert, { ...alert, id: 2, level: 'warning', ends_at: at - 570 }],
  open_alerts: [alert],
}

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
    expect(reportText(reportOf(busy, plugins))).toMatch(/RECENT ALERTS[\s\S]+OPEN\n {2}1 open/)
  })

  test('says what is unknown, never 0', () => {
    const text = reportText(reportOf({ ...busy, summary: { total_snapshots: 3, avg_latency: null } }))
    expect(text).toMatch(/Latency\s+unknown\s+unknown\s+unknown/)
  })

  test('as text has values in readable units, the trend in words and as a curve', () => {
    const text = reportText(reportOf(busy))
    expect(text).toMatch(/Latency\s+9\.00 s\s+250\.0 ms\s+21\.00 s/)
    expect(text).toMatch(/Latency\s+degrading\s+21\.00 s {2}▁▂█/)
    expect(text).toMatch(/2026-01-02 02:54:05 UTC\s+CRITICAL\s+open/)
    expect(text).toMatch(/WARNING\s+30 s/)
  })

  test('as Markdown keeps its tables whole whatever a name holds', () => {
    const rows = reportMarkdown(reportOf(busy))
      .split('\n')
      .filter((line) => line.includes('has reached'))
    expect(rows.at(-1)).toContain('<gpt\\|4>')
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
      (report: Report) => reportHtml(report, busy),
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
    [null, 'nothing known'],
    [
      { kind: 'deployment', at: at - 900, by: null, what: 'memory 1.4.2' } as const,
      'memory 1.4.2 deployed 5 min before',
    ],
    [
      { kind: 'configuration', at: at - 660, by: 'ada', what: 'kpis.latency.window' } as const,
      'kpis.latency.window changed 60 s before by ada',
    ],
  ])('tells of an open alert what people changed before: %j', (preceded_by, expected) => {
    const text = reportText(reportOf({ ...busy, open_alerts: [{ ...alert, preceded_by }] }))
    expect(text).toMatch(new RegExp(`Latency of gpt-4o, context 8192 +${expected}`))
  })

  test('leads to no address that could run something', () => {
    const annotations = { runbook_url: 'javascript:alert(1)' }
    const open = { ...alert, metadata: { ...alert.metadata, annotations } }
    expect(reportHtml(reportOf({ ...busy, open_alerts: [open] }), busy)).not.toContain('<a ')
  })

  test('as HTML escapes names, draws the curve with its thresholds, and loads nothing', () => {
    const html = reportHtml(reportOf(busy), busy)
    expect(html).toContain('&lt;gpt|4&gt;')
    expect(html).toMatch(/<svg [^>]+>(<line class="(warning|error|critical)"[^>]+>){3}<path d="M/)
    expect(html).not.toMatch(/<script|https?:|<link|<img/)
  })
})

describe('a table in the terminal', () => {
  const cells = (...texts: string[]) => texts.map((text) => ({ text }))

  test('has numbers to the right and words to the left', () => {
    expect(
      tableLines([cells('name', 'now', 'limit'), cells('a', '9.5', '≤ 10'), cells('long', '12', '')]),
    ).toEqual(['name   now   limit', 'a      9.5    ≤ 10', 'long    12'])
  })

  test('puts its head into several lines where that makes it fit', () => {
    const names = Array.from({ length: 8 }, (_, i) => `success rate of kind ${i}`)
    const [first, ...lines] = tableLines([
      cells('', ...names),
      cells('model', ...names.map((_, i) => String(i))),
    ])
    expect(first).toMatch(/^ +success( +success){7}$/)
    expect(lines.map((line) => line.trim().split(/ {2,}/).length)).toEqual([8, 8, 9])
  })
})

describe('a sparkline', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[5, 5, 5], '▁▁▁'],
    [[], ''],
  ])('of %j is %s', (values, line) => {
    expect(sparkline(values)).toBe(line)
  })

  test('of many values has the width asked for', () => {
    expect(
      sparkline(
        Array.from({ length: 1_000 }, (_, i) => i),
        10,
      ),
    ).toHaveLength(10)
  })
})

describe('the status', () => {
  test.each([
    ['ok', { ...empty, no_data: null }, 'ok'],
    ['unknown: no data yet, see http://recorder/readyz', empty, 'unknown'],
    [
      'unknown: no data since 02:54:05 UTC, see http://recorder/readyz',
      { ...empty, no_data: { reason: 'no_snapshot', since: at - 600 } },
      'unknown',
    ],
    [
      'unknown: no data, see http://recorder/readyz',
      { ...empty, no_data: { reason: 'no_snapshot', since: null } },
      'unknown',
    ],
    [
      'unknown: too little was measured to judge any KPI, see http://recorder/readyz',
      { ...empty, no_data: { reason: 'no_value', since: at } },
      'unknown',
    ],
    [
      'warning: Latency of gpt-4o, context 8192, for 10 min, no data since 02:59:05 UTC',
      {
        ...busy,
        no_data: { reason: 'no_snapshot', since: at - 300 },
        open_alerts: [{ ...alert, level: 'warning' }],
      },
      'warning',
    ],
    [
      'critical: Latency of gpt-4o, context 8192, for 10 min, what to do: https://runbooks.example/latency.md',
      { ...busy, open_alerts: [runbookOf(alert)] },
      'critical',
    ],
    [
      'critical: Latency of gpt-4o, context 8192, now 21.00 s (critical at ≥ 20.00 s), for 10 min, and 1 more',
      {
        ...busy,
        current: [snapshot('gpt-4o', 'critical', 21)],
        open_alerts: [
          { ...alert, level: 'error', in_force: false },
          { ...alert, level: 'warning', model: 'other' },
          alert,
        ],
      },
      'critical',
    ],
  ] satisfies [string, DashboardData, string][])('is one line: %s', (line, data, status) => {
    expect(statusOf(data, 'http://recorder')).toEqual({ status, line })
  })

  test('stays one line whatever an alert says', () => {
    const open = { ...alert, metric_type: null, message: 'two\nlines' }
    const { line } = statusOf({ ...busy, open_alerts: [open] }, 'http://recorder')
    expect(line).toContain('two lines')
  })
})

test('top lists the worst model first and only alerts in force', () => {
  const { sections } = topOf({
    ...busy,
    current: [snapshot('a', null), snapshot('b', 'critical')],
    open_alerts: [alert, { ...alert, level: 'warning', in_force: false }],
  })
  expect(sections[0]?.rows.slice(1).map((row) => row[1]?.text)).toEqual(['b', 'a'])
  expect(sections[1]?.rows.slice(1).map((row) => row[0]?.text)).toEqual(['CRITICAL'])
})

function snapshot(model: string, severity: 'critical' | null, value = 1): DashboardData['current'][number] {
  const measured = { value, samples: 5, mean: 1, p50: 1, p95: 1, p99: 1, max: 1 }
  return {
    timestamp: at,
    service: 'memory',
    model,
    context_size: '8192',
    kpis: { latency: { ...measured, severity, thresholds: {} } },
  }
}

function runbookOf(episode: typeof alert): typeof alert {
  const annotations = { runbook_url: 'https://runbooks.example/latency.md' }
  return { ...episode, metadata: { ...episode.metadata, annotations } }
}
