import { type Kpi, names, outcomesOf } from '@mnemoscope/kpi'
import { config, end, episodes, kpiValue, minute, type Place, places, start } from './story.js'

type Labels = Readonly<Record<string, string>>

/** Seconds between two scrapes and two evaluations of the story. */
const scrape = 15
const evaluation = 30

/** The story as Prometheus would have stored it, in the OpenMetrics text format with times. */
export function storyAsOpenMetrics(): string {
  const lines: string[] = []
  const add = (name: string, labels: Labels, seconds: number, value: (at: Date) => number | undefined) => {
    for (let at = start.getTime(); at <= end.getTime(); at += seconds * 1_000) {
      const sample = value(new Date(at))
      if (sample !== undefined) lines.push(`${name}{${written(labels)}} ${sample} ${at / 1_000}`)
    }
  }
  for (const kpi of Object.values(config.kpis)) {
    for (const [i, place] of places.entries()) {
      const labels = labelsOf(place)
      const recorded = (name: string, value: (at: Date) => number) => add(name, labels, evaluation, value)
      const { current, samples, quantile } = names.recordedSeries
      recorded(current(kpi), (at) => kpiValue(kpi, i, at))
      recorded(samples(kpi), () => 40)
      if (kpi.instrument === 'histogram') {
        for (const [q, factor] of [
          ['p50', 1],
          ['p95', 1.5],
          ['p99', 2],
        ] as const) {
          recorded(quantile(kpi, q), (at) => factor * kpiValue(kpi, i, at))
        }
      }
      addMeasured(kpi, { ...labels, instance: `127.0.0.1:${9_464 + i}` }, add)
    }
  }
  addAlerts(add)
  addPipeline(add)
  return `${lines.join('\n')}\n# EOF\n`
}

/** The labels of a place. A label without a value is none in Prometheus. */
function labelsOf({ service, model, contextSize, operation }: Place): Labels {
  const labels = { job: service, model, context_size: contextSize }
  return operation === '' ? labels : { ...labels, operation }
}

/** Until the middle of the story the recorder is down. */
const middle = new Date((start.getTime() + end.getTime()) / 2)

type Add = (name: string, labels: Labels, seconds: number, value: (at: Date) => number | undefined) => void

/** Scrapes since the story's begin. */
function ticks(at: Date): number {
  return (at.getTime() - start.getTime()) / 1_000 / scrape
}

/** What the service itself exposes: four operations a scrape, one in each quarter of the buckets. */
function addMeasured(kpi: Kpi, labels: Labels, add: Add): void {
  const metric = names.metricName(kpi)
  if (kpi.outcomes !== undefined) {
    for (const [i, outcome] of outcomesOf(kpi).entries()) {
      add(metric, { ...labels, [kpi.outcomes.label]: outcome }, scrape, (at) => (i + 1) * ticks(at))
    }
  } else if (kpi.instrument === 'gauge') {
    add(metric, labels, scrape, () => 1_048_576)
  } else {
    const { boundaries } = kpi
    const quarter = boundaries.length / 4
    const buckets = [
      ...boundaries.map(
        (boundary, i) => [String(boundary), Math.min(4, Math.floor(i / quarter) + 1)] as const,
      ),
      ['+Inf', 4] as const,
    ]
    for (const [le, share] of buckets)
      add(`${metric}_bucket`, { ...labels, le }, scrape, (at) => share * ticks(at))
    add(`${metric}_count`, labels, scrape, (at) => 4 * ticks(at))
  }
}

/** Share of the measurements up to a boundary, by `addMeasured`. */
export function shareUpTo(kpi: Kpi, boundary: number): number {
  const i = kpi.boundaries.indexOf(boundary)
  return Math.min(4, Math.floor(i / (kpi.boundaries.length / 4)) + 1) / 4
}

function addAlerts(add: Add): void {
  for (const { kpi, alertname, severity, place, began, ended } of episodes) {
    const where = place === undefined ? undefined : places[place]
    const labels: Record<string, string> = { alertname, severity, alertstate: 'firing' }
    if (kpi !== undefined) labels.kpi = kpi
    if (where === undefined) labels.job = names.pipelineJob.recorder
    else Object.assign(labels, labelsOf(where))
    add('ALERTS', labels, evaluation, (at) => {
      const ago = (end.getTime() - at.getTime()) / minute
      return ago <= began && (ended === undefined || ago > ended) ? 1 : undefined
    })
  }
}

/** What the parts of the pipeline say of themselves. */
function addPipeline(add: Add): void {
  const { recorder, prometheus, alertmanager } = names.pipelineJob
  const metric = names.recorderMetric
  const at = (job: string, further: Labels = {}) => ({ job, instance: `${job}:1`, ...further })
  for (const job of ['demo', recorder, prometheus, alertmanager]) {
    add('up', at(job), scrape, (time) => (job === recorder && time < middle ? 0 : 1))
    add('scrape_duration_seconds', at(job), scrape, () => 0.02)
  }
  for (const counter of [
    metric.snapshots,
    metric.snapshotRows,
    metric.snapshotFailures,
    metric.webhookFailures,
  ]) {
    add(counter, at(recorder), scrape, ticks)
  }
  add(metric.lastInstant, at(recorder), scrape, (time) => time.getTime() / 1_000 - 42)
  for (const [le, share] of [
    ['0.1', 1],
    ['1', 2],
    ['+Inf', 2],
  ] as const) {
    add(`${metric.cycleDuration}_bucket`, at(recorder, { le }), scrape, (time) => share * ticks(time))
  }
  for (const [server, share] of [
    ['postgres', 1],
    ['prometheus', 3],
  ] as const) {
    for (const [le, of] of [
      ['0.1', share],
      ['1', 4],
      ['+Inf', 4],
    ] as const) {
      add(`${metric.queryDuration}_bucket`, at(recorder, { server, le }), scrape, (time) => of * ticks(time))
    }
  }
  for (const [work, age] of [
    [{ work: 'snapshots' }, 12],
    [{ work: 'retention' }, 1_800],
    [{ work: 'deliveries', handler: 'chat' }, 600],
  ] as const) {
    add(metric.lastHealthy, at(recorder, work), scrape, (time) => time.getTime() / 1_000 - age)
    add(metric.workFailures, at(recorder, work), scrape, (time) => ('handler' in work ? ticks(time) : 0))
  }
  // The second recorder stands by: it counts the same queue, and has nothing to fill.
  for (const [instance, left] of [
    [`${recorder}:1`, 7],
    [`${recorder}:2`, 0],
  ] as const) {
    add(metric.backfillLeft, { job: recorder, instance }, scrape, () => left)
    for (const [state, count] of [
      ['waiting', 5],
      ['given_up', 2],
    ] as const) {
      add(metric.deliveries, { job: recorder, instance, handler: 'chat', state }, scrape, () => count)
    }
  }
  add(metric.deliveryFailures, at(recorder, { handler: 'chat' }), scrape, ticks)
  add(metric.configProblem, at(recorder), scrape, () => 0)
  add(metric.webhookAlerts, at(recorder, { status: 'firing' }), scrape, ticks)
  for (const [severity, count] of [
    ['warning', 1],
    ['error', 1],
    ['critical', 1],
    ['info', 0],
  ] as const) {
    add(metric.openEpisodes, at(recorder, { severity }), scrape, () => count)
  }
  const group = at(prometheus, { rule_group: 'rules/latency.yml;mnemoscope_latency' })
  add('prometheus_rule_group_last_duration_seconds', group, scrape, () => 0.25)
  add('prometheus_rule_evaluation_failures_total', group, scrape, () => 3)
  add('prometheus_rule_group_iterations_missed_total', group, scrape, () => 0)
  for (const counter of ['sent', 'errors', 'dropped']) {
    add(
      `prometheus_notifications_${counter}_total`,
      at(prometheus, { alertmanager: 'http://a' }),
      scrape,
      ticks,
    )
  }
  for (const counter of ['alertmanager_notifications_total', 'alertmanager_notifications_failed_total']) {
    add(counter, at(alertmanager, { integration: 'webhook' }), scrape, ticks)
  }
  add('alertmanager_alerts', at(alertmanager, { state: 'active' }), scrape, () => 3)
  const { refusals, overflows, repairs } = names.instrumentationMetric
  add(refusals, at('demo', { kpi: 'f1_score', reason: 'out_of_range' }), scrape, ticks)
  add(overflows, at('demo'), scrape, () => 0)
  add(repairs, at('demo', { label: 'model' }), scrape, () => 0)
}

/** Labels with their values escaped: https://prometheus.io/docs/specs/om/open_metrics_spec/#abnf */
function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
    .join(',')
}
