import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import { aggregate, bracket, filter, indent, is, isOneOf, or, over, select, unless } from '../promql.js'
import type { AlertRule, RuleFile } from '../rule.js'
import { configRules } from './config-rules.js'
import { pipelineAlert } from './pipeline-alert.js'

/**
 * The rule file by which the pipeline watches itself.
 * @param sha256 hash of the configuration as it is written, whatever addresses its parts have in this run
 */
export function pipelineRules(config: Config, sha256: string): RuleFile {
  return {
    groups: [
      {
        name: 'mnemoscope_pipeline',
        interval: config.alertCheckInterval,
        rules: [
          targetDown(config),
          recorderBehind(config),
          ruleEvaluationFailing(config),
          deliveriesFailing(config),
          serviceSilent(config),
          ...configRules(config, sha256),
          ...watchdog(config),
        ],
      },
    ],
  }
}

/** Fires always: whoever receives it calls for help once it stays away. Only where there is such a receiver. */
function watchdog(config: Config): AlertRule[] {
  if (config.alerting.watchdog === undefined) return []
  return [
    pipelineAlert(config, {
      name: names.pipelineAlert.watchdog,
      severity: 'info',
      expr: 'vector(1)',
      summary: 'Alerting works',
      description: 'This alert always fires. Where it stays away, Prometheus or Alertmanager is down.',
      runbook: 'watchdog.md',
    }),
  ]
}

/** A target has not answered a scrape for two scrapes and a minute: a restart is shorter than that. */
function targetDown(config: Config): AlertRule {
  const jobs = [...config.services.map(({ name }) => name), ...Object.values(names.pipelineJob)]
  return pipelineAlert(config, {
    name: names.pipelineAlert.targetDown,
    severity: 'critical',
    expr: filter(select('up', [isOneOf(names.label.job, jobs)]), '==', 0),
    for: '1m',
    threshold: 0,
    summary: '{{ $labels.job }} at {{ $labels.instance }} is not answering',
    description:
      'Prometheus cannot scrape {{ $labels.instance }} of {{ $labels.job }}. Nothing it measures is seen.',
    runbook: 'target-down.md',
  })
}

/**
 * Three snapshots are missing; Prometheus still holds them, and the recorder fetches them once it runs again. Compared
 * with the time of the scrape, not with now: after a pause of the whole pipeline, or where a recorder came back at
 * another address, Prometheus still shows for five minutes what it scraped before, which is no older for that.
 */
function recorderBehind(config: Config): AlertRule {
  const limit = 3 * durationSeconds(config.snapshotInterval)
  const newest = names.recorderMetric.lastInstant
  return pipelineAlert(config, {
    name: names.pipelineAlert.recorderBehind,
    severity: 'error',
    expr: filter(`timestamp(${newest}) - ${newest}`, '>', limit),
    threshold: limit,
    // The value is in the description: the history takes another summary for a change of the alert, and tells handlers of it.
    summary: 'The recorder stores no snapshots',
    description: `Its newest snapshot is {{ $value | humanizeDuration }} old; one is due every ${config.snapshotInterval}.`,
    runbook: 'recorder-behind.md',
  })
}

/** A rule that fails or a group that is skipped raises no alert, so it must raise this one. */
function ruleEvaluationFailing(config: Config): AlertRule {
  const increased = (name: string) => filter(over('increase', select(name), '5m'), '>', 0)
  return pipelineAlert(config, {
    name: names.pipelineAlert.ruleEvaluationFailing,
    severity: 'critical',
    expr: or([
      increased('prometheus_rule_evaluation_failures_total'),
      increased('prometheus_rule_group_iterations_missed_total'),
    ]),
    threshold: 0,
    summary: 'Prometheus fails to evaluate rules of {{ $labels.rule_group }}',
    description:
      'Evaluations of {{ $labels.rule_group }} failed or were skipped in the last 5 minutes; its alerts may be missing.',
    runbook: 'rule-evaluation-failing.md',
  })
}

/**
 * On its way from Prometheus to Alertmanager, from there to a receiver, or from the recorder to a handler an alert was
 * lost or is late. For some seconds after a reload, Prometheus knows of no Alertmanager and drops what it sends again a little later: that is
 * no failure.
 */
function deliveriesFailing(config: Config): AlertRule {
  const reloadSeconds = 330
  const sinceReload = 'time() - prometheus_config_last_reload_success_timestamp_seconds'
  const increased = (name: string, job: string) =>
    filter(over('increase', select(name, [is(names.label.job, job)]), '5m'), '>', 0)
  return pipelineAlert(config, {
    name: names.pipelineAlert.deliveriesFailing,
    severity: 'error',
    expr: or([
      increased('prometheus_notifications_errors_total', names.pipelineJob.prometheus),
      unless(
        increased('prometheus_notifications_dropped_total', names.pipelineJob.prometheus),
        bracket(filter(sinceReload, '<', reloadSeconds)),
        [names.label.job, names.label.instance],
      ),
      increased('alertmanager_notifications_failed_total', names.pipelineJob.alertmanager),
      // Not attempts that fail: those are made again, and this alert's own would be among them.
      filter(select(names.recorderMetric.deliveries, [is('state', 'given_up')]), '>', 0),
    ]),
    threshold: 0,
    summary: 'Alerts are not delivered by {{ $labels.job }}',
    description:
      '{{ $labels.job }} failed to deliver alerts{{ with $labels.integration }} by {{ . }}{{ end }}' +
      '{{ with $labels.handler }} to handler {{ . }}, and has given up{{ end }}.',
    runbook: 'deliveries-failing.md',
  })
}

/** The endpoint works and the instrumentation does not: no KPI raises an alert, because none has a value. */
function serviceSilent(config: Config): AlertRule {
  const { job, instance } = names.label
  const answers = filter(
    select('up', [
      isOneOf(
        job,
        config.services.map(({ name }) => name),
      ),
    ]),
    '==',
    1,
  )
  const shown = Object.values(config.kpis).map((kpi) => {
    const metric = names.metricName(kpi)
    return aggregate('max', [job, instance], kpi.instrument === 'histogram' ? `${metric}_count` : metric)
  })
  return pipelineAlert(config, {
    name: names.pipelineAlert.serviceSilent,
    severity: 'error',
    expr: unless(answers, `(\n${indent(or(shown))}\n)`, [job, instance]),
    for: '15m',
    summary: '{{ $labels.job }} at {{ $labels.instance }} shows no KPI',
    description:
      'Its endpoint answers, and no measurement of any KPI is on it: nothing that goes wrong there would be seen.',
    runbook: 'service-silent.md',
  })
}
