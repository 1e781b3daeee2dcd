import { eventually } from '../../harness/eventually.js'
import type { Stranger } from './stranger.js'

/** Alerts that he sends to Alertmanager himself. */
const sent = [
  { alertname: 'DiskFull', severity: 'critical', job: 'node' },
  // Of a service that is watched by others, too.
  { alertname: 'HighLatency', severity: 'critical', job: 'memory-api' },
  { alertname: 'HighLatency', severity: 'warning', job: 'memory-api' },
  { alertname: 'SlowQueries', severity: 'warning', job: 'memory-api' },
  { alertname: 'Unheard', severity: 'warning', job: 'broken' },
]

/** Groups that his routes make of all of these: of a job, for each receiver. */
const groups = 4

/**
 * Lets his alerts start and end.
 * @returns the notifications of them in a fixed order, byte for byte but for times
 */
export async function hisNotifications(stranger: Stranger): Promise<string[]> {
  const first = stranger.received.length
  const since = () => stranger.received.slice(first)
  const ofStatus = (status: string) => since().filter(({ text }) => JSON.parse(text).status === status).length
  const startsAt = await post(stranger)
  await eventually('notifications of his alerts', () => ofStatus('firing') >= groups - 1, {
    withinMs: 60_000,
  })
  stranger.setLoad(true)
  await eventually(
    'the notification of his rule',
    () => since().some(({ text }) => text.includes('HighLoad')),
    {
      withinMs: 60_000,
    },
  )
  stranger.setLoad(false)
  await eventually('the end of his rule', () => since().some(({ text }) => endsHighLoad(text)), {
    withinMs: 60_000,
  })
  await post(stranger, startsAt, new Date())
  await eventually('the ends of his alerts', () => ofStatus('resolved') >= groups, { withinMs: 60_000 })
  // What should not come has as long to come as what should.
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  return since()
    .map(({ path, text }) => `${path} ${withoutTimes(text)}`)
    .sort()
}

function endsHighLoad(text: string): boolean {
  const { alerts } = JSON.parse(text) as { alerts: { labels: { alertname: string }; status: string }[] }
  return alerts.some(({ labels, status }) => labels.alertname === 'HighLoad' && status === 'resolved')
}

const withoutTimes = (text: string) => text.replaceAll(/"\d{4}-\d{2}-\d{2}T[^"]+"/g, '"a time"')

/**
 * Sends his alerts to Alertmanager. They begin now: the group of an older one does not wait, and then it is chance whether
 * an alert that another one inhibits is in its first notification.
 * @returns when they began
 */
export async function post(
  { alertmanager }: Stranger,
  startsAt = new Date(),
  endsAt = new Date('2100-01-01T00:00:00Z'),
): Promise<Date> {
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      sent.map((labels) => ({ labels, generatorURL: 'http://his.example/', startsAt, endsAt })),
    ),
  })
  if (!response.ok) throw new Error(await response.text())
  return startsAt
}
