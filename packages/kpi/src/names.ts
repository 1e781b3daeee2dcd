import type { Kpi } from './kpi.js'
import { prometheusName } from './prometheus-name.js'

export * from './labels.js'
export * from './recorded-names.js'

/** Every metric, series, label and alert name of Mnemoscope comes from here. */

/** The user of the Prometheus and the Alertmanager that ask for a password. */
export const serversUser = 'mnemoscope'

type Named = Pick<Kpi, 'id' | 'unit' | 'instrument' | 'outcomes'>

/** OpenTelemetry name and unit of the instrument that measures a KPI. */
export function otelMetric(kpi: Named): { name: string; unit: string } {
  return kpi.outcomes === undefined
    ? { name: `mnemoscope.${kpi.id}`, unit: kpi.unit }
    : { name: `mnemoscope.${kpi.outcomes.counter}`, unit: '1' }
}

/** OpenTelemetry name and unit of the gauge with a KPI's latest value; a gauge KPI is that gauge itself. */
export function otelLatest(kpi: Named): { name: string; unit: string } {
  return kpi.instrument === 'gauge'
    ? otelMetric(kpi)
    : { name: `mnemoscope.${kpi.id}.latest`, unit: kpi.unit }
}

/** Prometheus name of the metric that measures a KPI (of a histogram: without `_bucket`, `_sum`, `_count`). */
export function metricName(kpi: Named): string {
  const { name, unit } = otelMetric(kpi)
  return prometheusName(name, unit, kpi.instrument)
}

/** A series that every process with measurements of a KPI has. */
export function shownMetric(kpi: Named): string {
  return kpi.instrument === 'histogram' ? `${metricName(kpi)}_count` : metricName(kpi)
}

/** Prometheus name of the gauge with a KPI's latest value. */
export function latestName(kpi: Named): string {
  const { name, unit } = otelLatest(kpi)
  return prometheusName(name, unit, 'gauge')
}

/** OpenTelemetry names of the counters about the instrumentation itself; their unit is `1`. */
export const instrumentationCounter = {
  refusals: 'mnemoscope.refused_measurements',
  overflows: 'mnemoscope.cardinality_overflows',
  repairs: 'mnemoscope.repaired_labels',
  drops: 'mnemoscope.dropped_measurements',
  failedPushes: 'mnemoscope.failed_pushes',
} as const

/** Prometheus names of the same counters. */
export const instrumentationMetric = {
  /** Measurements refused, by `kpi` and `reason`. */
  refusals: prometheusName(instrumentationCounter.refusals, '1', 'counter'),
  /** Requests for a handle that were folded into the overflow series because the cardinality limit was reached. */
  overflows: prometheusName(instrumentationCounter.overflows, '1', 'counter'),
  /** Labels that were repaired because they were not a text, empty, too long or held control characters, by `label`. */
  repairs: prometheusName(instrumentationCounter.repairs, '1', 'counter'),
  /** Single measurements that could not be sent to the recorder; the metrics still count them. */
  drops: prometheusName(instrumentationCounter.drops, '1', 'counter'),
  /** Pushes over OTLP that failed; what they held goes with the next one. */
  failedPushes: prometheusName(instrumentationCounter.failedPushes, '1', 'counter'),
} as const

/** Recorded series: measurements refused in the last hour, by service, KPI and reason. */
export const refusedInHour = 'job_kpi_reason:mnemoscope_refused_measurements:increase_1h'

/** Name of the OpenTelemetry log events that are single measurements, on their way to the recorder. */
export const measurementEvent = 'mnemoscope.measurement'

/** Attributes of such an event; any other attribute is metadata. */
export const measurementAttribute = {
  kpi: 'mnemoscope.kpi',
  /** A number, or for a KPI that counts outcomes the outcome. */
  value: 'mnemoscope.value',
  model: 'mnemoscope.model',
  /** A class of context sizes as the label has it, or a number of tokens. */
  contextSize: 'mnemoscope.context_size',
  operation: 'mnemoscope.operation',
  /** How many measurements it stands for: 1 for one that is always sent, the inverse of `sampling` for one of a sample. */
  weight: 'mnemoscope.weight',
  /** Share of the measurements that are no breaches that its service sent at that time, 0 to 1. */
  sampling: 'mnemoscope.sampling',
} as const

/** Label values that the instrumentation itself writes; no model has these names. */
export const standIn = {
  /** Model and operation of the series that takes what exceeds the cardinality limit. */
  overflow: '_overflow',
  /** Replaces a label that was empty or not a text, and a context size that was not a number above 0. */
  unknown: '_unknown',
} as const

/** Traffic that is not the application's real traffic: its operations are named so, or begin so, such as `probe_search`. */
export const artificialTraffic = ['probe', 'benchmark'] as const

/** The same as a regular expression for operations, in RE2 and JavaScript alike. */
export const artificialTrafficPattern = `^(${artificialTraffic.join('|')})(_|$)`

/** Whether an operation is of a probe or a benchmark. */
export function isArtificialTraffic(operation: string): boolean {
  return new RegExp(artificialTrafficPattern).test(operation)
}

/**
 * Name of an alert of a KPI: `MnemoscopeF1ScoreCritical`, `MnemoscopeF1ScoreNoData`.
 * @param what in snake_case: a level, or what the kind of alert says, such as `no_data`
 */
export function alertName(kpi: Pick<Kpi, 'id'>, what: string): string {
  return `Mnemoscope${pascalCase(kpi.id)}${pascalCase(what)}`
}

/** Name of an alert of the pipeline about itself: `MnemoscopeTargetDown` for `target_down`. */
export function pipelineAlertName(id: string): string {
  return `Mnemoscope${pascalCase(id)}`
}

/** Always fires, so that its absence shows that alerting itself is down. It has no episodes. */
export const watchdogAlert = pipelineAlertName('watchdog')

/** Raised by `mnemoscope notify --test`: only the receiver that its label `receiver` names gets it, and no history has it. */
export const testAlert = pipelineAlertName('test')

/**
 * Fires at a place where a level has ended while its breach goes on, with the level as its label `eased`. It is no message:
 * Alertmanager holds back that level's end because of it, so that a breach that recovers step by step ends once.
 */
export const easedAlert = pipelineAlertName('eased')

/** Our alerts by their names, as a regular expression that matches from beginning to end. Others are of somebody else. */
export const alertPattern = 'Mnemoscope.+'

/** Whether an alert is ours. */
export function isMnemoscopeAlert(alertname: string | undefined): boolean {
  return new RegExp(`^${alertPattern}$`).test(alertname ?? '')
}

/** Alerts of ours that are no episodes: the watchdog, test messages, and what only steers messages. */
const withoutEpisodes: readonly (string | undefined)[] = [watchdogAlert, easedAlert, testAlert]

/** Whether an alert is one that history has. */
export function isEpisodeAlert(alertname: string | undefined): boolean {
  return isMnemoscopeAlert(alertname) && !withoutEpisodes.includes(alertname)
}

/** Every rule group of ours has a name with this beginning. */
export const ruleGroupPrefix = 'mnemoscope_'

/**
 * Scrape jobs of the pipeline's parts; no service may have one of these names. Those of the servers are of the servers
 * that belong to the pipeline: where somebody runs his own, his job has another name, and his server is his to watch.
 */
export const pipelineJob = {
  recorder: 'mnemoscope-recorder',
  prometheus: 'mnemoscope-prometheus',
  alertmanager: 'mnemoscope-alertmanager',
} as const

/** Name of the pipeline's alert that notifications or handlers fail. */
export const deliveriesFailing = 'MnemoscopeDeliveriesFailing'

/** Name of the pipeline's alert that nobody is notified of an alert. */
export const nobodyNotified = pipelineAlertName('nobody_notified')

/** Name of the receiver by which Alertmanager informs the recorder. */
export const recorderReceiver = 'mnemoscope-recorder'

/** Unix time at which a scraped process began: by it, rules know a new series of a new process from one that was away. */
export const processStart = 'process_start_time_seconds'

/**
 * Seconds since then by the process's own monotonic clock: by it, rules know a young process however wrong the clocks of
 * its host are.
 */
export const processUptime = 'process_uptime_seconds'

/** OpenTelemetry names and units of the same gauges. */
export const otelProcessStart = { name: 'process.start_time', unit: 's' } as const
export const otelProcessUptime = { name: 'process.uptime', unit: 's' } as const

/**
 * The gauge with the facts about a service, as the OpenTelemetry specification has it for Prometheus, and its labels
 * with the name and the version: the resource attributes `service.name` and `service.version`.
 */
export const serviceInfo = {
  metric: 'target_info',
  name: 'service_name',
  version: 'service_version',
} as const

/** Recorded series whose label `sha256` is the hash of the configuration that the loaded rules were made from. */
export const configInfo = 'mnemoscope_config_info'

/** Prometheus names of what the recorder says about itself. */
export const recorderMetric = {
  snapshots: 'mnemoscope_recorder_snapshots_total',
  snapshotRows: 'mnemoscope_recorder_snapshot_rows_total',
  snapshotFailures: 'mnemoscope_recorder_snapshot_failures_total',
  /** Unix time of the newest instant stored. */
  lastInstant: 'mnemoscope_recorder_last_instant_timestamp_seconds',
  cycleDuration: 'mnemoscope_recorder_cycle_duration_seconds',
  /** Alerts received by webhook, by `status`. */
  webhookAlerts: 'mnemoscope_recorder_webhook_alerts_total',
  webhookFailures: 'mnemoscope_recorder_webhook_failures_total',
  /** Alerts received by webhook that are not ours, and so not stored. */
  foreignAlerts: 'mnemoscope_recorder_webhook_foreign_alerts_total',
  /** Unix time of the newest notification; 0 before the first. */
  lastWebhook: 'mnemoscope_recorder_last_webhook_timestamp_seconds',
  /** Open alert episodes by `severity`. */
  openEpisodes: 'mnemoscope_recorder_open_episodes',
  /** Open alert episodes that nobody was notified of although somebody had to be, by `severity` and `why`. */
  unnotifiedEpisodes: 'mnemoscope_recorder_unnotified_episodes',
  /** Events that are still to be delivered, by `handler` and `state`: `waiting` or `given_up`. */
  deliveries: 'mnemoscope_recorder_deliveries',
  /** Attempts that failed, by `handler`. */
  deliveryFailures: 'mnemoscope_recorder_delivery_failures_total',
  /** Unix time at which a kind of `work` last ended well, with `handler` for deliveries. */
  lastHealthy: 'mnemoscope_recorder_last_healthy_timestamp_seconds',
  /** Runs of a kind of `work` that failed, with `handler` for deliveries. */
  workFailures: 'mnemoscope_recorder_work_failures_total',
  /** Unix time at which people last changed something, by `newestChangeLabels`. */
  newestChange: 'mnemoscope_recorder_newest_change_timestamp_seconds',
  /** Instants that are still to be filled. */
  backfillLeft: 'mnemoscope_recorder_backfill_instants_left',
  /** Entries of the audit log that are not in the database. */
  auditLost: 'mnemoscope_recorder_audit_entries_lost_total',
  /** 1 while the recorder knows that the configuration as written is not in use. */
  configProblem: 'mnemoscope_recorder_config_problem',
  /** By `server`: `postgres` or `prometheus`. */
  queryDuration: 'mnemoscope_recorder_query_duration_seconds',
} as const

/** Labels of the newest changes: the service, empty for the configuration; what changed, and who did it, empty if unknown. */
export const newestChangeLabels = ['service', 'what', 'by'] as const

function pascalCase(id: string): string {
  return id.replace(/(?:^|_)([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
