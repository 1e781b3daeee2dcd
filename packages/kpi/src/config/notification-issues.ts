import { pipelineJob } from '../names.js'
import type { ConfigIssue } from './issues.js'
import type { Settings } from './schema.js'

/** Where receivers are named after the pipeline's own, or name what does not exist. */
export function notificationIssues(
  { alerting, services }: Settings,
  kpiIds: readonly string[],
): ConfigIssue[] {
  const names = Object.keys(alerting.receivers)
  const serviceNames = [...services.map(({ name }) => name), ...Object.values(pipelineJob)]
  const issues = Object.entries(alerting.receivers).flatMap(([name, receiver]) => {
    const path = `alerting.receivers.${name}`
    const { webhook, slack, email, pagerduty, other } = receiver
    const ways = [webhook, slack, email, pagerduty, other].filter((way) => way !== undefined)
    return [
      ...(ways.length === 0
        ? [{ path, value: receiver, expected: 'webhook, slack, email, pagerduty or other' }]
        : []),
      ...unknown(`${path}.mute`, receiver.mute, Object.keys(alerting.muteTimes), 'alerting.muteTimes'),
      ...unknown(`${path}.kpis`, receiver.kpis ?? [], kpiIds, 'the KPIs'),
      ...unknown(`${path}.services`, receiver.services ?? [], serviceNames, 'services'),
    ]
  })
  const reserved = names.filter((name) => name === pipelineJob.recorder || name === 'nobody')
  for (const name of reserved) {
    issues.push({ path: 'alerting.receivers', value: name, expected: 'another name: this one is taken' })
  }
  if (alerting.watchdog !== undefined) {
    issues.push(
      ...unknown('alerting.watchdog.receiver', [alerting.watchdog.receiver], names, 'alerting.receivers'),
    )
  }
  return issues
}

function unknown(
  path: string,
  values: readonly string[],
  known: readonly string[],
  where: string,
): ConfigIssue[] {
  const expected =
    known.length === 0 ? `one of ${where}, of which there is none` : `one of ${where}: ${known.join(', ')}`
  return values.filter((value) => !known.includes(value)).map((value) => ({ path, value, expected }))
}
