import { names, severities } from '@mnemoscope/kpi'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The metrics of the recorder about itself, with those of Node. Their names come from `names` of @mnemoscope/kpi. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const lastInstant = new Gauge({
    name: names.recorderMetric.lastInstant,
    help: 'Newest instant that is stored, by this recorder or another one, as Unix time; until the first one, when this recorder started.',
    registers,
  })
  // A gauge begins at 0, which would look like half a century late.
  lastInstant.set(Date.now() / 1_000)
  return {
    registry,
    snapshots: new Counter({
      name: names.recorderMetric.snapshots,
      help: 'Instants that were taken, gaps included.',
      registers,
    }),
    snapshotRows: new Counter({
      name: names.recorderMetric.snapshotRows,
      help: 'Rows of snapshots that were stored.',
      registers,
    }),
    snapshotFailures: new Counter({
      name: names.recorderMetric.snapshotFailures,
      help: 'Cycles that failed; their instants are taken later.',
      registers,
    }),
    lastInstant,
    cycleDuration: new Histogram({
      name: names.recorderMetric.cycleDuration,
      help: 'Time that one snapshot cycle took.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    webhookAlerts: new Counter({
      name: names.recorderMetric.webhookAlerts,
      help: 'Alerts received by webhook.',
      labelNames: ['status'],
      registers,
    }),
    webhookFailures: new Counter({
      name: names.recorderMetric.webhookFailures,
      help: 'Notifications that were refused or could not be stored.',
      registers,
    }),
    foreignAlerts: new Counter({
      name: names.recorderMetric.foreignAlerts,
      help: 'Alerts received by webhook that are not of Mnemoscope; they are not stored.',
      registers,
    }),
    lastWebhook: new Gauge({
      name: names.recorderMetric.lastWebhook,
      help: 'When the newest notification of Alertmanager was stored, as Unix time; 0 before the first since the start.',
      registers,
    }),
    auditLost: new Counter({
      name: names.recorderMetric.auditLost,
      help: "Entries of the audit log that are not in the database, as it did not answer; they are in the recorder's own log.",
      registers,
    }),
    openEpisodes: new Gauge({
      name: names.recorderMetric.openEpisodes,
      help: 'Open alert episodes.',
      labelNames: [names.label.severity],
      registers,
    }),
    unnotifiedEpisodes: new Gauge({
      name: names.recorderMetric.unnotifiedEpisodes,
      help: 'Alerts that have fired for five minutes and that nobody was notified of, although nobody silenced or muted them.',
      labelNames: [names.label.severity, 'why'],
      registers,
    }),
    deliveries: new Gauge({
      name: names.recorderMetric.deliveries,
      help: 'Events that alert handlers still have to get, and those given up; counted every 15 seconds.',
      labelNames: ['handler', 'state'],
      registers,
    }),
    deliveryFailures: new Counter({
      name: names.recorderMetric.deliveryFailures,
      help: 'Deliveries to an alert handler that failed; they are tried again until they are given up.',
      labelNames: ['handler'],
      registers,
    }),
    newestChange: new Gauge({
      name: names.recorderMetric.newestChange,
      help: 'When people last deployed a service, or (under no service) changed the configuration, within six hours, as Unix time.',
      labelNames: names.newestChangeLabels,
      registers,
    }),
    backfillLeft: new Gauge({
      name: names.recorderMetric.backfillLeft,
      help: 'Instants that were missed and are still to be filled; 0 while another recorder is at it.',
      registers,
    }),
    queryDuration: new Histogram({
      name: names.recorderMetric.queryDuration,
      help: 'Time that one statement to Postgres, or one request to Prometheus, took.',
      labelNames: ['server'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

/** Sets the gauge of open episodes; a level without any is 0, not absent. */
export function showOpenEpisodes(metrics: Metrics, open: Readonly<Record<string, number>>): void {
  for (const severity of severities) metrics.openEpisodes.set({ severity }, open[severity] ?? 0)
}
