import type { AnswerOf, DashboardData } from '@mnemoscope/recorder'

/** When the report is made, in Unix seconds. */
export const at = Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000

/** What the recorder answers before anything was measured. */
export const empty: DashboardData = {
  timestamp: at,
  window: { from: at - 86_400, to: at },
  summary: { total_snapshots: 0, avg_latency: null, min_latency: null, max_latency: null },
  summary_of: {},
  trends: {},
  trend_details: {},
  model_performance: {},
  model_performance_of: {},
  operation_performance: [],
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
      value_of: 'p95',
      is_reading: false,
    },
  ],
  current: [],
  open_alerts: [],
  last_instant: null,
  no_data: { reason: 'nothing_yet', since: null },
}

/** An open alert. */
export const alert = {
  id: 1,
  timestamp: at - 600,
  level: 'critical',
  kind: 'threshold',
  message: 'Latency of <gpt|4> has reached CRITICAL',
  metric_type: 'latency',
  current_value: 21,
  newest_value: 23,
  newest_at: at - 15,
  peak_value: 24,
  threshold: 20,
  service: 'memory',
  model: 'gpt-4o',
  context_size: '8192',
  operation: 'search',
  ends_at: null,
  closed_how: null,
  is_worst: true,
  acknowledgement: null,
  rating: null,
  preceded_by: null,
  metadata: {
    alertname: 'MnemoscopeLatencyCritical',
    fingerprint: '0',
    labels: {},
    annotations: {},
  },
} as unknown as DashboardData['recent_alerts'][number]

/** Twelve snapshots of latency, which got worse, and one open alert. */
export const busy: DashboardData = {
  ...empty,
  no_data: null,
  summary: { total_snapshots: 12, avg_latency: 9, min_latency: 0.25, max_latency: 21 },
  summary_of: {
    avg_latency: 'mean of 4,131 operations',
    min_latency: 'lowest snapshot p95',
    max_latency: 'highest snapshot p95',
  },
  trend_details: {
    latency: {
      direction: 'degrading',
      slope_per_hour: 1,
      shape: 'step',
      since: at - 30,
      from_value: 1,
      to_value: 12.5,
      change: 'rose from 1 s to 12.5 s at 2026-01-02 03:03 UTC, and stayed',
      points: [
        [at - 60, 1],
        [at - 30, 4],
        [at, 21],
      ],
    },
  },
  model_performance: { 'gpt-4o': { count: 12, avg_latency: 9 } },
  model_performance_of: { 'gpt-4o': { avg_latency: 'mean of 4,131 operations' } },
  operation_performance: [
    {
      model: 'gpt-4o',
      operation: 'search',
      figures: { count: 12, avg_latency: 9, samples_latency: 4_131 },
      figures_of: { avg_latency: 'mean of 4,131 operations' },
    },
  ],
  alert_summary: {
    ...empty.alert_summary,
    total_alerts: 1,
    alert_counts: { info: 0, warning: 0, error: 0, critical: 1 },
    has_critical: true,
  },
  recent_alerts: [alert, { ...alert, id: 2, level: 'warning', ends_at: at - 570 }],
  open_alerts: [alert],
}

/** The charts of it: every value, and a deployment. */
export const charts: AnswerOf<'GET /api/charts'> = {
  from: at - 3_600,
  to: at,
  step_seconds: 30,
  kpis: {
    latency: {
      total_series: 1,
      series: [
        {
          ...{ service: 'memory', model: 'gpt-4o', context_size: '8192', operation: 'search' },
          points: [
            [at - 60, 1, 1, 1],
            [at - 30, 4, 4, 4],
            [at, 21, 21, 21],
          ],
        },
      ],
    },
  },
  marks: [
    {
      ...{ id: 1, kpi: 'latency', level: 'critical', service: 'memory', model: 'gpt-4o' },
      ...{ context_size: '8192', operation: 'search', from: at - 20, to: null },
    },
  ],
  gaps: [],
  changes: [{ kind: 'deployment', at: at - 50, by: 'ada', what: 'memory 1.4.2' }],
}

/** What is known of a model now. */
export function snapshot(
  model: string,
  severity: 'critical' | null,
  value = 1,
): DashboardData['current'][number] {
  const measured = { value, samples: 5, mean: 1, p50: 1, p95: 1, p99: 1, max: 1 }
  return {
    timestamp: at,
    service: 'memory',
    model,
    context_size: '8192',
    operation: 'search',
    kpis: { latency: { ...measured, last_operation: at, severity, thresholds: {} } },
  }
}

/** The alert with a runbook. */
export function runbookOf(episode: typeof alert): typeof alert {
  const annotations = { runbook_url: 'https://runbooks.example/latency.md' }
  return { ...episode, metadata: { ...episode.metadata, annotations } }
}
