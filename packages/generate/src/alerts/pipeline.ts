import { durationSeconds, durationText, names } from '@mnemoscope/kpi'
import { and, bracket, filter, is, isOneOf, over, select } from '../promql.js'
import type { PipelineAlertKind } from './alert-kind.js'
import { deliveriesFailing, nobodyNotified, ruleEvaluationFailing } from './delivery.js'
import { countedTwice, measurementsRefused, processesMixed, serviceSilent } from './measuring.js'

const { job } = names.label

/** A target has not answered for a minute, and for two more scrapes: one that fails, or a restart, is shorter than that. */
const targetDown: PipelineAlertKind = {
  id: 'target_down',
  severity: 'critical',
  summary: '{{ $labels.job }} at {{ $labels.instance }} is not answering',
  rule: (config) => {
    const jobs = [...config.services.map(({ name }) => name), ...Object.values(names.pipelineJob)]
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
