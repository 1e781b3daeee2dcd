import { type Config, durationSeconds, durationText, names } from '@mnemoscope/kpi'
import {
  aggregate,
  ago,
  and,
  bracket,
  filter,
  indent,
  is,
  isOneOf,
  type Matcher,
  or,
  over,
  select,
  unless,
} from '../promql.js'
import type { PipelineAlertKind } from './alert-kind.js'

const { job, instance } = names.label

/** A target has not answered for a minute, and for two more scrapes: one that fails, or a restart, is shorter than that. */
const targetDown: PipelineAlertKind = {
  id: 'target_down',
  severity: 'critical',
  summary: '{{ $labels.job }} at {{ $labels.instance }} is not answering',
  rule: (config) => {
    const jobs = [...serviceNames(config), ...Object.values(names.pipelineJob)]
    return {
      expr: filter(select('up', [isOneOf(job, jobs)]), '==', 0),
      for:
        durationSeconds(config.scrapeInterval) > 30
          ? durationText(2 * durationSeconds(config.scrapeInterval))
          : '1m',
      threshold: 0,
      description:
        'Prometheus cannot scrape {{ $labels.instance }} of {{ $labels.job }}. Nothing it measures is seen.',
    }
  },
  settings: ['services', 'scrapeInterval'],
}

/**
 * Three snapshots are missing; Prometheus still holds them, and the recorder fetches them once it runs again. Compared
 * with the time of the scrape, not with now: after a pause of all parts, or where a recorder came back at another
 * address, Prometheus still shows for five minutes what it scraped before, which is no older for that.
 */
const recorderBehind: PipelineAlertKind = {
  id: 'recorder_behind',
  severity: 'error',
  // The value is in the description: the history takes another summary for a change of the alert, and informs handlers.
  summary: 'The recorder stores no snapshots',
  rule: ({ snapshotInterval }) => {
    const limit = 3 * durationSeconds(snapshotInterval)
    const newest = names.recorderMetric.lastInstant
    return {
      expr: filter(`timestamp(${newest}) - ${newest}`, '>', limit),
      threshold: limit,
      description: `Its newest snapshot is {{ $value | humanizeDuration }} old; one is due every ${snapshotInterval}.`,
    }
  },
  settings: ['snapshotInterval'],
}

/** Metrics of Prometheus about our rule groups: it names a group `file;group`. */
const ofOwnGroups: Matcher = { label: 'rule_group', operator: '=~', value: `.+;${names.ruleGroupPrefix}.+` }

/** A rule of ours that fails or a group that is skipped raises no alert, so it must raise this one. */
const ruleEvaluationFailing: PipelineAlertKind = {
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
const deliveriesFailing: PipelineAlertKind = {
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
const nobodyNotified: PipelineAlertKind = {
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

/** The endpoint works and the instrumentation does not: no KPI raises an alert, because none has a value. */
const serviceSilent: PipelineAlertKind = {
  id: 'service_silent',
  severity: 'error',
  summary: '{{ $labels.job }} at {{ $labels.instance }} shows no KPI',
  rule: (config) => {
    if (config.services.length === 0) return undefined
    const answers = filter(select('up', [isOneOf(job, serviceNames(config))]), '==', 1)
    const shown = Object.values(config.kpis).map((kpi) =>
      aggregate('max', [job, instance], names.shownMetric(kpi)),
    )
    return {
      expr: unless(answers, `(\n${indent(or(shown))}\n)`, [job, instance]),
      for: '15m',
      description:
        'Its endpoint answers, and no measurement of any KPI is on it: nothing that goes wrong there would be seen.',
    }
  },
  settings: ['services', 'kpis'],
}

/** Refusals of one kind in an hour that may be single mistakes. */
const fewRefusals = 3

/**
 * Measurements refused in the last hour. `increase` counts from the second scrape of a series on; what a process that
 * began in this hour had counted at its first scrape is added.
 */
function refusedInHour(): string {
  const refusals = names.instrumentationMetric.refusals
  const isYoung = filter(over('last_over_time', names.processUptime, '1h'), '<', 3_600)
  const first = unless(over('min_over_time', refusals, '1h'), ago(refusals, '1h'))
  const born = and(bracket(first), bracket(isYoung), [job, instance])
  const parts = or([over('increase', refusals, '1h'), `label_replace(${born}, "part", "first", "", "")`])
  return aggregate('sum', [job, names.label.kpi, names.label.reason], `\n${indent(parts)}\n`)
}

/** Measurements are lost: the KPI is judged by what is left, or not at all. */
const measurementsRefused: PipelineAlertKind = {
  id: 'measurements_refused',
  severity: 'warning',
  summary: 'Measurements of {{ $labels.job }} are refused: {{ $labels.measurement }}, {{ $labels.reason }}',
  rule: () => {
    // With the label `kpi`, the number of refusals would be shown as a value of the KPI.
    const named = `label_replace(${names.refusedInHour}, "measurement", "$1", "${names.label.kpi}", "(.+)")`
    return {
      recorded: [{ record: names.refusedInHour, expr: refusedInHour() }],
      // Extrapolation adds a little to whole numbers.
      expr: filter(aggregate('sum', [job, 'measurement', names.label.reason], named), '>', fewRefusals + 0.5),
      threshold: fewRefusals,
      description:
        'In the last hour {{ $value | printf "%.0f" }} measurements of {{ $labels.measurement }} were refused ' +
        '({{ $labels.reason }}). The KPI is judged without them.',
    }
  },
  settings: ['kpis'],
}

/**
 * A process that is scraped and pushes as well, or that two jobs scrape: two series count each of its operations. Its
 * start tells that it is one process, because it has fractions of a millisecond.
 */
const countedTwice: PipelineAlertKind = {
  id: 'counted_twice',
  severity: 'warning',
  summary: 'Operations of {{ $labels.job }} are counted more than once',
  rule: () => {
    const started = 'started'
    // Every process with the instrumentation has this counter; other programs round their start.
    const ours = and(names.processStart, names.instrumentationMetric.overflows, [job, instance])
    const byStart = `count_values by (${job}, ${instance}) ("${started}", ${ours})`
    const several = bracket(filter(aggregate('count', [started], byStart), '>', 1))
    return {
      expr: aggregate('count', [job], and(byStart, several, [started])),
      for: '5m',
      description:
        '{{ $value }} targets of {{ $labels.job }} have a process in common with another target, so its operations ' +
        'count more than once.',
    }
  },
  settings: ['services'],
}

/**
 * A target whose scrapes reach one process of a service now and another one then, as through a load balancer: counts jump
 * between the processes and rules take each jump for a restart. The start of a process never goes back, but by its clock.
 */
const processesMixed: PipelineAlertKind = {
  id: 'processes_mixed',
  severity: 'warning',
  summary: 'Scrapes of {{ $labels.instance }} of {{ $labels.job }} reach several processes in turn',
  rule: () => {
    const back = over('resets', names.processStart, '15m')
    const ours = over('last_over_time', names.instrumentationMetric.overflows, '15m')
    return {
      expr: and(bracket(filter(back, '>', 2)), ours, [job, instance]),
      description:
        'In 15 minutes {{ $value }} scrapes reached a process that is older than the one before. The KPIs of ' +
        '{{ $labels.job }} are wrong until each process is scraped for itself, or all share one endpoint.',
    }
  },
  settings: ['services'],
}

/** How long a changed configuration is announced. */
const announcedFor = '10m'

/**
 * Information: the configuration was another one a while ago. One alert for each change, also for the change back. A
 * first start changes nothing.
 */
const configChanged: PipelineAlertKind = {
  id: 'config_changed',
  severity: 'info',
  summary: 'The configuration has changed',
  rule: (_, sha256) => {
    const seen = `count(${over('count_over_time', names.configInfo, announcedFor)})`
    return {
      recorded: [{ record: names.configInfo, expr: 'vector(1)', labels: { sha256 } }],
      // At the first evaluation the series of the one before is not stale yet, so only its own counts.
      expr: and(select(names.configInfo, [is('sha256', sha256)]), bracket(filter(seen, '>', 1)), []),
      description:
        'Prometheus now evaluates the rules of the configuration with SHA-256 {{ $labels.sha256 }}.',
    }
  },
  settings: [],
}

/** Fires always: its receiver calls for help when it stays away. Only where there is such a receiver. */
const watchdog: PipelineAlertKind = {
  id: 'watchdog',
  severity: 'info',
  summary: 'Alerting works',
  rule: ({ alerting }) =>
    alerting.watchdog === undefined
      ? undefined
      : {
          expr: 'vector(1)',
          description: 'This alert always fires. Where it stays away, Prometheus or Alertmanager is down.',
        },
  settings: ['alerting.watchdog'],
}

/** Every alert by which the pipeline watches itself. */
export const pipelineAlertKinds: readonly PipelineAlertKind[] = [
  targetDown,
  recorderBehind,
  ruleEvaluationFailing,
  deliveriesFailing,
  nobodyNotified,
  serviceSilent,
  measurementsRefused,
  countedTwice,
  processesMixed,
  configChanged,
  watchdog,
]

function serviceNames({ services }: Config): string[] {
  return services.map(({ name }) => name)
}

/** A counter grew in the last five minutes. */
function increased(name: string, ...matchers: readonly Matcher[]): string {
  return filter(over('increase', select(name, matchers), '5m'), '>', 0)
}
