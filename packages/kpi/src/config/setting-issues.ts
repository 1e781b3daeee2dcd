import { durationSeconds } from '../duration.js'
import { pipelineJob } from '../names.js'
import { type ConfigIssue, hiddenValue } from './issues.js'
import type { Settings } from './schema.js'

/** With a longer interval, one failed scrape ends every series for a time. */
const longestScrapeSeconds = 120

/** Rules read their last value, which Prometheus returns for 5 minutes. With a longer interval what they remember would be lost. */
const longestInterval = '4m'

/** What is wrong with settings that are each valid, taken together. */
export function settingIssues(settings: Settings): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const scrape = durationSeconds(settings.scrapeInterval)
  if (scrape > longestScrapeSeconds) {
    issues.push({
      path: 'scrapeInterval',
      value: settings.scrapeInterval,
      expected:
        'at most 2m: Prometheus forgets a value after 5 minutes, and one scrape in that time may fail',
    })
  }
  if (durationSeconds(settings.alertCheckInterval) < scrape) {
    issues.push({
      path: 'alertCheckInterval',
      value: settings.alertCheckInterval,
      expected: `at least scrapeInterval (${settings.scrapeInterval}): between two scrapes nothing changes`,
    })
  }
  if (settings.recorderClientCertificate !== undefined && !/^https:/.test(settings.endpoints.recorder)) {
    issues.push({
      path: 'recorderClientCertificate',
      value: undefined,
      expected:
        'an address of the recorder with https:// (endpoints.recorder), as a certificate is shown over HTTPS only',
    })
  }
  for (const path of ['alertCheckInterval', 'snapshotInterval'] as const) {
    if (durationSeconds(settings[path]) <= durationSeconds(longestInterval)) continue
    issues.push({
      path,
      value: settings[path],
      expected: `at most ${longestInterval}: after 5 minutes Prometheus forgets values, and with them what rules remember`,
    })
  }
  const names = settings.services.map(({ name }) => name)
  const reserved = names.find((name) => Object.values<string>(pipelineJob).includes(name))
  if (reserved !== undefined) {
    issues.push({
      path: 'services',
      value: reserved,
      expected: 'another name: the pipeline scrapes one of its parts under this name',
    })
  }
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) {
    issues.push({
      path: 'services',
      value: twice,
      expected: 'each service name once; list its targets together',
    })
  }
  return issues
}

/** Receivers that have a reserved name, or name something that does not exist. */
export function notificationIssues(
  { alerting, services }: Settings,
  kpiIds: readonly string[],
): ConfigIssue[] {
  const names = Object.keys(alerting.receivers)
  const serviceNames = [...services.map(({ name }) => name), ...Object.values(pipelineJob)]
  const issues = Object.entries(alerting.receivers).flatMap(([name, receiver]) => {
    const path = `alerting.receivers.${name}`
    return [
      ...(mediumNames.some((medium) => receiver[medium] !== undefined)
        ? []
        : [{ path, value: hiddenValue(receiver), expected: `one of ${mediumNames.join(', ')}` }]),
      ...tooNew(path, receiver, alerting.alertmanager),
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

/** Ways to reach people, each a key of a receiver. */
const mediumNames = [
  'webhook',
  'slack',
  'email',
  'pagerduty',
  'opsgenie',
  'teams',
  'discord',
  'telegram',
  'incidentio',
  'other',
] as const satisfies readonly (keyof Receiver)[]

type Receiver = Settings['alerting']['receivers'][string]

/** Which Alertmanager can send by a receiver's medium with its secret in a file; the others all can. */
function neededVersion(receiver: Receiver): [string, string][] {
  const { webhook, slack, teams, discord, telegram, incidentio } = receiver
  const needed: [string, string][] = []
  if (webhook?.urlFile !== undefined) needed.push(['webhook.urlFile', '0.26'])
  if (slack !== undefined && 'botTokenFile' in slack) {
    needed.push(slack.updates === 'edit' ? ['slack.updates', '0.32'] : ['slack.updates', '0.35'])
  }
  if (teams !== undefined) needed.push(['teams', '0.28'])
  if (discord !== undefined) needed.push(['discord', '0.28'])
  if (telegram !== undefined) needed.push(['telegram', '0.26'])
  if (incidentio !== undefined) needed.push(['incidentio', '0.29'])
  return needed
}

function tooNew(path: string, receiver: Receiver, version: string): ConfigIssue[] {
  return neededVersion(receiver)
    .filter(([, needed]) => isOlder(version, needed))
    .map(([medium, needed]) => ({
      path: `${path}.${medium}`,
      value: version,
      expected: `Alertmanager ${needed} or newer: set alerting.alertmanager to the version that you run`,
    }))
}

/** Whether a version, as major.minor, is before another. */
function isOlder(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

function unknown(
  path: string,
  values: readonly string[],
  known: readonly string[],
  where: string,
): ConfigIssue[] {
  const expected =
    known.length === 0 ? `one of ${where}, but none is set` : `one of ${where}: ${known.join(', ')}`
  return values.filter((value) => !known.includes(value)).map((value) => ({ path, value, expected }))
}
