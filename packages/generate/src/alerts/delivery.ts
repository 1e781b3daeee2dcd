import { names } from '@mnemoscope/kpi'
import { aggregate, and, bracket, filter, is, type Matcher, or, over, select, unless } from '../promql.js'
import type { PipelineAlertKind } from './alert-kind.js'

const { job, instance } = names.label

/** Metrics of Prometheus about our rule groups: it names a group `file;group`. */
const ofOwnGroups: Matcher = { label: 'rule_group', operator: '=~', value: `.+;${names.ruleGroupPrefix}.+` }

/** A rule of ours that fails or a group that is skipped raises no alert, so it must raise this one. */
export const ruleEvaluationFailing: PipelineAlertKind = {
  id: 'rule_evaluation_failing',
  severity: 'critical',
  summary: 'Prometheus fails to evaluate rules of {{ $labels.rule_group }}',
  rule: () => ({
    expr: or([
      increased('prometheus_rule_evaluation_failures_total', ofOwnGroups),
      increased('prometheus_rule_group_iterations_missed_total', ofOwnGroups),
    ]),
    threshold: 0,
    description:
      'Evaluations of {{ $labels.rule_group }} failed or were skipped in the last 5 minutes; its alerts may be missing.',
  }),
  settings: ['alertCheckInterval'],
}

/** For some seconds after a reload Prometheus knows no Alertmanager; it drops alerts and sends them again a little later. */
const reloadSeconds = 330

/**
 * On the way from Prometheus to Alertmanager, to a receiver or to a handler an alert was lost or is late.
 *
 * Metrics of notifications do not say whose they are. Of Prometheus those count that evaluate our rules: ours go the same
 * way as all others of that server. Of Alertmanager those of our own one count, and of any other one those to the
 * recorder, where it names receivers (`--enable-feature=receiver-name-in-metrics`); without that, ours cannot be told
 * from those of other people, and `mnemoscope doctor` says whether the webhook arrives.
 */
export const deliveriesFailing: PipelineAlertKind = {
  id: 'deliveries_failing',
  severity: 'error',
  summary: 'Alerts are not delivered by {{ $labels.job }}',
  rule: () => {
    const evaluates = select('prometheus_rule_group_rules', [ofOwnGroups])
    const ofOwnServer = (expression: string) => and(expression, evaluates, [job, instance])
    const sinceReload = 'time() - prometheus_config_last_reload_success_timestamp_seconds'
    return {
      expr: or([
        ofOwnServer(increased('prometheus_notifications_errors_total')),
        unless(
          ofOwnServer(increased('prometheus_notifications_dropped_total')),
          bracket(filter(sinceReload, '<', reloadSeconds)),
          [job, instance],
        ),
        increased('alertmanager_notifications_failed_total', is(job, names.pipelineJob.alertmanager)),
        increased('alertmanager_notifications_failed_total', is('receiver_name', names.recorderReceiver)),
        // Not attempts that fail: those are made again, and this alert's own would be among them.
        filter(select(names.recorderMetric.deliveries, [is('state', 'given_up')]), '>', 0),
      ]),
      threshold: 0,
      description:
        '{{ $labels.job }} failed to deliver alerts{{ with $labels.integration }} by {{ . }}{{ end }}' +
        '{{ with $labels.handler }} to handler {{ . }}, and has given up{{ end }}.',
    }
  },
  settings: ['alerting.receivers', 'handlers'],
}

/**
 * An alert fires and no person knows: every delivery failed, none was sent, Alertmanager does not have it or does not answer, or no
 * route leads it to the receivers of its level. The recorder counts it after five minutes, and leaves out what is on purpose:
 * silences, mute times, inhibitions, and alerts that no receiver is meant for.
 */
export const nobodyNotified: PipelineAlertKind = {
  id: 'nobody_notified',
  severity: 'critical',
  summary: 'Nobody is notified of alerts that fire',
  rule: () => ({
    expr: filter(aggregate('sum', ['why'], names.recorderMetric.unnotifiedEpisodes), '>', 0),
    // A server that starts again has its alerts back by then.
    for: '2m',
    threshold: 0,
    description:
      '{{ $value }} alerts have fired for more than 5 minutes, and nobody was notified of them ({{ $labels.why }}). ' +
      "The recorder's page shows who should have been.",
  }),
  settings: ['alerting.receivers'],
}

/** A counter grew in the last five minutes. */
function increased(name: string, ...matchers: readonly Matcher[]): string {
  return filter(over('increase', select(name, matchers), '5m'), '>', 0)
}
