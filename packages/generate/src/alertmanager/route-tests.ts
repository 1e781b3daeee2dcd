import { type Config, names, severities } from '@mnemoscope/kpi'
import { rootReceiver } from './routes.js'

const { job, kpi, severity } = names.label

/** An alert by its labels, and who gets it. */
export interface RouteTest {
  readonly labels: Readonly<Record<string, string>>
  /** In the order of the configuration. */
  readonly receivers: readonly string[]
}

/**
 * Who gets an alert of each level, KPI and service, of the pipeline, a test message, and what only steers messages: by
 * what the configuration says of its receivers, to compare the generated routes with.
 */
export function routeTests({ kpis, services, alerting }: Config): RouteTest[] {
  const { receivers, watchdog } = alerting
  const places = services.length === 0 ? ['memory'] : services.map(({ name }) => name)
  const to = (labels: RouteTest['labels']): RouteTest => {
    const wanted = Object.entries(receivers).filter(
      ([, each]) =>
        each.severities.some((level) => level === labels[severity]) &&
        (each.services ?? [labels[job]]).includes(labels[job] as string) &&
        (each.kpis === undefined || each.kpis.some((id) => id === labels[kpi])),
    )
    return { labels, receivers: [names.recorderReceiver, ...wanted.map(([name]) => name)] }
  }
  const levels = severities.flatMap((level) =>
    places.flatMap((place) => [
      ...Object.keys(kpis).map((id) =>
        to({ alertname: 'MnemoscopeTried', [severity]: level, [kpi]: id, [job]: place }),
      ),
      to({ alertname: names.pipelineAlertName('target_down'), [severity]: level, [job]: place }),
    ]),
  )
  return [
    ...levels,
    ...Object.keys(receivers).map((receiver) => ({
      labels: { alertname: names.testAlert, [severity]: 'info', receiver },
      receivers: [receiver],
    })),
    { labels: { alertname: names.easedAlert, [severity]: 'none' }, receivers: [rootReceiver] },
    ...(watchdog === undefined
      ? []
      : [
          {
            labels: { alertname: names.watchdogAlert, [severity]: 'info' },
            receivers: [watchdog.receiver],
          },
        ]),
  ]
}
