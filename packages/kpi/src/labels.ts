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

/** The scrape job of a foreign metric, where the service is another label. */
export const sourceJob = 'source_job'

/** Which source of a KPI copied a series: another one after each edit of the source. */
export const sourceVersion = 'mnemoscope_source'
