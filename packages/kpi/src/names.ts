import type { Kpi, Quantile } from './kpi.js'
import { prometheusName } from './prometheus-name.js'

/** Every metric, series, label and alert name of Mnemoscope comes from here. */

/** The user of the Prometheus and the Alertmanager that ask for a password. */
export const serversUser = 'mnemoscope'

/** Labels of every KPI series. `job` is the service: the scrape job, or `service.name` on the OTLP path. */
export const label = {
  job: 'job',
  instance: 'instance',
  model: 'model',
  contextSize: 'context_size',
  operation: 'operation',
  severity: 'severity',
  kpi: 'kpi',
  reason: 'reason',
} as const

/** The labels by which KPIs are judged: one value, one alert, one snapshot row for each combination. */
export const seriesLabels = [label.job, label.model, label.contextSize, label.operation] as const

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

const level = seriesLabels.join('_')

/** Recorded series of a KPI, named `level:metric:operations`. */
export const recordedSeries = {
  /** The value that is judged, shown and stored, as the middle lane remembers it; of a gauge its newest reading. */
  current: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:current`,
  /** The newest `current` for as long as a place is expected to have another; only where `noData` is not `ignore`. */
  last: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:last`,
  /** Operations (of a gauge: readings) since the snapshot before. */
  samples: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:samples`,
  /** Their mean, whatever statistic is judged; of outcomes their ratio. */
  mean: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:mean`,
  /** Upper boundary of the highest bucket that any of them is in; only for histograms. */
  max: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:max`,
  /** A quantile of them; only for histograms. */
  quantile: (kpi: Pick<Kpi, 'id'>, quantile: 'p50' | 'p95' | 'p99') =>
    `${level}:mnemoscope_${kpi.id}:${quantile}`,
  /** How many of them are in each bucket and below it, by `le` too. */
  buckets: (kpi: Pick<Kpi, 'id'>) => `${level}_le:mnemoscope_${kpi.id}_bucket:increase`,
  /** A figure over one window. */
  windowed: (kpi: Pick<Kpi, 'id'>, operation: string, window: string) =>
    `${level}:mnemoscope_${kpi.id}:${operation}_${window}`,
} as const

/** What a place remembers of its operations, and what it takes to know it; of means and ratios. */
export type MeanMemory =
  | `${'kept' | 'weight' | 'sum'}_${'fast' | 'middle' | 'slow'}`
  | 'mean_fast'
  | 'mean_slow'
  | 'error_fast'
  | 'error_middle'
  | 'distances'
  | 'evaluations'
  | 'deviation'
  | 'cold'

/** The same of quantiles: of each level the weight of the operations at or beyond its threshold. */
export type ShareMemory =
  | `${'kept' | 'weight' | 'beyond'}_${'fast' | 'middle' | 'slow'}`
  | 'share_middle'
  | 'share_slow'
  | 'least_fast'
  | 'least_middle'

/** Which counter a series of `judgeSeries.newest` is of: `count`, `sum`, `bucket`, or `start` for the start of the process. */
export const counterPart = 'mnemoscope_part'

/** Recorded series of the judge, at each place unless they say otherwise. */
export const judgeSeries = {
  /**
   * The least and the most that a KPI's value may be, by all that is known of it: compared with thresholds. Of a
   * quantile the share of operations at or beyond a threshold, by `severity`.
   */
  low: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:low`,
  high: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:high`,
  /** Operations, or the sum of their values, that this evaluation sees for the first time. */
  added: (kpi: Pick<Kpi, 'id'>, what: 'count' | 'sum') => `${level}:mnemoscope_${kpi.id}:added_${what}`,
  /** New operations at or beyond a threshold of a quantile, by `severity`. */
  beyond: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:added_beyond`,
  /** Seconds since the evaluation that saw the operations before, while they are remembered. */
  elapsed: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:elapsed`,
  /** How much older the memory becomes by new operations, in operations; only where there are any. */
  ageing: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:ageing`,
  /** Unix time of the evaluation that saw the newest operation. */
  lastOperation: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:last_operation`,
  /** Operations since the memory began. */
  operations: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:operations`,
  /** Remembered operations in each bucket and below it, by `le` too; only where a quantile is judged. */
  rememberedBuckets: (kpi: Pick<Kpi, 'id'>) => `${level}_le:mnemoscope_${kpi.id}_bucket:remembered`,
  /** All of these, and what a snapshot keeps of those before it. */
  rememberedWeight: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:remembered_weight`,
  rememberedPart: (kpi: Pick<Kpi, 'id'>) => `${level}:mnemoscope_${kpi.id}:remembered_part`,
  /** A quantile of the remembered operations. */
  remembered: (kpi: Pick<Kpi, 'id'>, quantile: Quantile) =>
    `${level}:mnemoscope_${kpi.id}:remembered_${quantile}`,
  memory: (kpi: Pick<Kpi, 'id'>, what: MeanMemory | ShareMemory) => `${level}:mnemoscope_${kpi.id}:${what}`,
  /** By how much a counter differs from what was seen of it at the evaluation before, with all its labels. At either pace. */
  grown: (kpi: Pick<Kpi, 'id'>, what: 'count' | 'sum' | 'bucket', pace: 'alert' | 'snapshot') =>
    `instance:mnemoscope_${kpi.id}:${what}_grown_${pace}`,
  /** New operations of processes that began anew and of the old ones that had counted more; usually none. */
  tailed: (kpi: Pick<Kpi, 'id'>, pace: 'alert' | 'snapshot') =>
    `instance:mnemoscope_${kpi.id}:tailed_${pace}`,
  /** New operations of other counters that did not simply go on; usually none. */
  began: (kpi: Pick<Kpi, 'id'>, pace: 'alert' | 'snapshot') => `instance:mnemoscope_${kpi.id}:began_${pace}`,
  /** Instances of which the sum of values is not a finite number; usually none. */
  spoiled: (kpi: Pick<Kpi, 'id'>, pace: 'alert' | 'snapshot') =>
    `instance:mnemoscope_${kpi.id}:spoiled_${pace}`,
  /**
   * The newest samples of a KPI's counters and when its processes began, with all their labels, by `counterPart`. One
   * rule reads them all at once: a scrape that comes between two rules would give one of them other operations.
   */
  newest: (kpi: Pick<Kpi, 'id'>) => `instance:mnemoscope_${kpi.id}:newest`,
  /** The same of the last evaluation. */
  seen: (kpi: Pick<Kpi, 'id'>) => `instance:mnemoscope_${kpi.id}:seen`,
  /** 1 at each evaluation, one series for all places; it is absent at the first evaluation after minutes without one. */
  evaluated: (kpi: Pick<Kpi, 'id'>) => `mnemoscope_${kpi.id}:evaluated`,
} as const

/** PromQL regular expressions for the recorded buckets of every KPI: of their names, and with the KPI's id as a group. */
export const bucketSeries = {
  pattern: `${level}_le:mnemoscope_[a-z0-9_]+_bucket:increase`,
  kpiPattern: `${level}_le:mnemoscope_([a-z0-9_]+)_bucket:increase`,
} as const

/** What a snapshot holds of a KPI; each is a recorded series. */
export const snapshotFields = ['current', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const
export type SnapshotField = (typeof snapshotFields)[number]

const anyField = `(${snapshotFields.join('|')})`

/** One PromQL regular expression for every recorded series that a snapshot holds. */
export const snapshotSeriesPattern = `${level}:mnemoscope_[a-z0-9_]+:${anyField}`

/**
 * The KPI and the field of a recorded series of a snapshot, undefined for any other name:
 * `job_model_context_size_operation:mnemoscope_latency:p95` is `{ kpi: 'latency', field: 'p95' }`.
 */
export function parseRecordedSeries(name: string): { kpi: string; field: SnapshotField } | undefined {
  const match = new RegExp(`^${level}:mnemoscope_([a-z0-9_]+):${anyField}$`).exec(name)
  return match ? { kpi: match[1] as string, field: match[2] as SnapshotField } : undefined
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

/** Scrape jobs of the pipeline's parts; no service may have one of these names. */
export const pipelineJob = {
  recorder: 'mnemoscope-recorder',
  prometheus: 'prometheus',
  alertmanager: 'alertmanager',
} as const

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
 * The gauge with the facts about a service, as the OpenTelemetry specification has it for Prometheus, and its label
 * with the version: the resource attribute `service.version`.
 */
export const serviceInfo = { metric: 'target_info', version: 'service_version' } as const

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
  /** Open alert episodes by `severity`. */
  openEpisodes: 'mnemoscope_recorder_open_episodes',
  /** Events that are still to be delivered, by `handler` and `state`: `waiting` or `given_up`. */
  deliveries: 'mnemoscope_recorder_deliveries',
  /** Attempts that failed, by `handler`. */
  deliveryFailures: 'mnemoscope_recorder_delivery_failures_total',
  /** Unix time at which a kind of `work` last ended well, with `handler` for deliveries. */
  lastHealthy: 'mnemoscope_recorder_last_healthy_timestamp_seconds',
  /** Runs of a kind of `work` that failed, with `handler` for deliveries. */
  workFailures: 'mnemoscope_recorder_work_failures_total',
  /** Instants that are still to be filled. */
  backfillLeft: 'mnemoscope_recorder_backfill_instants_left',
  /** 1 while the recorder knows that the configuration as written is not in use. */
  configProblem: 'mnemoscope_recorder_config_problem',
  /** By `server`: `postgres` or `prometheus`. */
  queryDuration: 'mnemoscope_recorder_query_duration_seconds',
} as const

function pascalCase(id: string): string {
  return id.replace(/(?:^|_)([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
