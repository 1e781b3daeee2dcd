import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, MnemoscopeError, names } from '@mnemoscope/kpi'
import { loginHeaders, secretsFolder } from '@mnemoscope/servers'
import { readRunFile, stateFolder } from '../up/run-file.js'

export interface TestOptions {
  readonly config: Config
  /** Name of a receiver. */
  readonly receiver: string
  /** Base URL of Alertmanager. */
  readonly alertmanager: string
  /** Where `mnemoscope up` may have a log of Alertmanager. */
  readonly folder: string
  /** How long to wait for an answer of each medium, in ms. Default 20,000. */
  readonly withinMs?: number
}

/** Alertmanager's names of our media. */
const integrations: Readonly<Record<string, string>> = { teams: 'msteamsv2' }

/** What a receiver sends by, as Alertmanager's metrics name it: `slack`, `email`. */
function integrationsOf(receiver: Config['alerting']['receivers'][string]): string[] {
  const { severities, services, kpis, mute, cooldown, other, ...media } = receiver
  const own = Object.entries(media).filter(([, settings]) => settings !== undefined)
  return [
    ...own.map(([medium]) => integrations[medium] ?? medium),
    ...Object.keys(other ?? {}).map((key) => key.replace(/_configs$/, '')),
  ]
}

/** Address of Alertmanager: the given one, else that of `mnemoscope up` in this folder, else the configured one. */
export function alertmanagerOf(given: string | undefined, folder: string, config: Config): string {
  return (given ?? runningIn(folder) ?? config.endpoints.alertmanager).replace(/\/+$/, '')
}

/** Address of the Alertmanager that `mnemoscope up` runs in a folder. */
function runningIn(folder: string): string | undefined {
  try {
    return readRunFile(folder).alertmanager
  } catch {
    return undefined
  }
}

/**
 * Sends a message that is marked as a test to one receiver, through the Alertmanager that sends all others.
 * @returns the media that have accepted it
 * @throws MnemoscopeError USAGE for an unknown receiver, ALERTMANAGER_UNREACHABLE, or MESSAGE_NOT_SENT with the reason
 */
export async function sendTest(options: TestOptions): Promise<string[]> {
  const { config, receiver, alertmanager, folder, withinMs = 20_000 } = options
  const settings = config.alerting.receivers[receiver]
  if (settings === undefined) {
    const known = Object.keys(config.alerting.receivers)
    throw new MnemoscopeError('USAGE', `--test: there is no receiver "${receiver}"`, {
      value: receiver,
      expected: `one of alerting.receivers: ${known.join(', ') || 'none is set'}`,
      next:
        known.length === 0
          ? 'Add it to alerting.receivers in the configuration, which has no receivers yet.'
          : `Name one of ${known.join(', ')}, or add it to alerting.receivers in the configuration.`,
    })
  }
  const media = integrationsOf(settings)
  const logged = logOf(folder).length
  const server = { url: alertmanager, headers: loginAt(alertmanager, folder) }
  const before = await attempts(server)
  await raise(server, receiver)
  const until = Date.now() + withinMs
  for (let isTried = false; ; ) {
    const now = await attempts(server)
    const failed = media.find((medium) => count(now.failed, medium) > count(before.failed, medium))
    if (failed !== undefined)
      throw refused(receiver, failed, await loggedReason(folder, logged, receiver, failed))
    const waiting = media.filter((medium) => count(now.all, medium) <= count(before.all, medium))
    // An attempt is counted a moment before its failure.
    if (waiting.length === 0 && isTried) return media
    isTried = waiting.length === 0
    if (!isTried && Date.now() > until) throw silent(receiver, waiting, alertmanager)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

interface Server {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** The servers of `mnemoscope up` ask for a password; it is sent to no other address. */
function loginAt(url: string, folder: string): Record<string, string> {
  const path = join(secretsFolder(stateFolder(folder)), 'servers-password')
  if (!existsSync(path) || runningIn(folder) !== url) return {}
  return loginHeaders({ username: names.serversUser, password: readFileSync(path, 'utf8').trim() })
}

async function raise(server: Server, receiver: string): Promise<void> {
  const now = Date.now()
  const alert = {
    labels: { alertname: names.testAlert, receiver, severity: 'info', sent: String(now) },
    annotations: {
      summary: `Test message to ${receiver}: nothing is wrong`,
      description: 'Somebody ran `mnemoscope notify --test`. This message ends by itself.',
    },
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + 60_000).toISOString(),
  }
  const headers = { 'content-type': 'application/json' }
  await ask(server, '/api/v2/alerts', { method: 'POST', headers, body: JSON.stringify([alert]) })
}

interface Attempts {
  readonly all: ReadonlyMap<string, number>
  readonly failed: ReadonlyMap<string, number>
}

function count(counts: ReadonlyMap<string, number>, medium: string): number {
  return counts.get(medium) ?? 0
}

/** How often each medium was tried, and how often in vain, since Alertmanager began. */
async function attempts(server: Server): Promise<Attempts> {
  const metrics = await ask(server, '/metrics')
  return {
    all: byIntegration(metrics, 'alertmanager_notification_requests_total'),
    failed: byIntegration(metrics, 'alertmanager_notification_requests_failed_total'),
  }
}

function byIntegration(metrics: string, name: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [, labels = '', value] of metrics.matchAll(new RegExp(`^${name}\\{([^}]*)\\} (\\S+)`, 'gm'))) {
    const [, integration = ''] = /integration="([^"]*)"/.exec(labels) ?? []
    counts.set(integration, count(counts, integration) + Number(value))
  }
  return counts
}

async function ask(server: Server, path: string, init: RequestInit = {}): Promise<string> {
  const { url: alertmanager } = server
  const next = 'Start it (`npx mnemoscope up`), or give its address with --alertmanager-url.'
  let response: Response
  try {
    response = await fetch(`${alertmanager}${path}`, {
      ...init,
      headers: { ...server.headers, ...init.headers },
      signal: AbortSignal.timeout(10_000),
    })
  } catch (cause) {
    throw new MnemoscopeError('ALERTMANAGER_UNREACHABLE', `Alertmanager does not answer at ${alertmanager}`, {
      value: alertmanager,
      next,
      cause,
    })
  }
  const text = await response.text()
  if (response.ok) return text
  throw new MnemoscopeError(
    'ALERTMANAGER_UNREACHABLE',
    `Alertmanager answered ${path} with ${response.status}: ${text.slice(0, 200)}`,
    { value: alertmanager, next },
  )
}

/** Alertmanager's log, where `mnemoscope up` runs it; empty elsewhere. */
function logOf(folder: string): string {
  const path = join(stateFolder(folder), 'logs', 'alertmanager.log')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** Why a medium refused, as Alertmanager logs it; undefined if the log is elsewhere. */
function reasonIn(log: string, receiver: string, medium: string): string | undefined {
  // The first line is of an attempt that is made again, the others of the last one.
  const marks = [`integration=${medium}[`, `integration="${medium}[`, `${receiver}/${medium}[`]
  const line = log.split('\n').findLast((each) => marks.some((mark) => each.includes(mark)))
  const [, quoted, bare] = /\berr="((?:[^"\\]|\\.)*)"|\berr=(\S+)/.exec(line ?? '') ?? []
  return quoted === undefined ? bare : (JSON.parse(`"${quoted}"`) as string)
}

/** What to do, by what the reason says. */
const nextSteps: readonly (readonly [RegExp, string])[] = [
  [/STARTTLS/i, 'Use a mail server with STARTTLS, or set requireTls: false of the receiver.'],
  [
    /no such file|permission denied/i,
    'Put the secret into the file that the receiver names, where Alertmanager can read it.',
  ],
  [
    /unsupported protocol scheme|URL is empty/i,
    'Put the address into the file that the receiver names: it is empty, or has something else.',
  ],
  [
    /connection refused|no such host|i\/o timeout|deadline/i,
    "Correct the address, and check that Alertmanager's machine can reach it.",
  ],
  [
    /\b(?:401|403)\b|invalid_auth|unauthorized|forbidden/i,
    'Replace the secret in the file that the receiver names.',
  ],
  [/\b404\b|channel_not_found|no_service/i, 'Check the channel or address: the service does not know it.'],
]

/** The metrics can be a moment ahead of the log. */
async function loggedReason(
  folder: string,
  since: number,
  receiver: string,
  medium: string,
): Promise<string | undefined> {
  for (let left = 10; ; left--) {
    const reason = reasonIn(logOf(folder).slice(since), receiver, medium)
    if (reason !== undefined || left === 0) return reason
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function refused(receiver: string, medium: string, reason: string | undefined): MnemoscopeError {
  const found = nextSteps.find(([pattern]) => reason !== undefined && pattern.test(reason))
  return new MnemoscopeError(
    'MESSAGE_NOT_SENT',
    `${medium} of ${receiver} refused the test message: ${reason ?? "the reason is in Alertmanager's log"}`,
    {
      value: receiver,
      expected: 'a message that is accepted',
      next: found?.[1] ?? 'Correct the receiver and test again.',
    },
  )
}

function silent(receiver: string, waiting: readonly string[], alertmanager: string): MnemoscopeError {
  return new MnemoscopeError(
    'MESSAGE_NOT_SENT',
    `Alertmanager at ${alertmanager} has not sent the test message by ${waiting.join(', ')} of ${receiver}`,
    {
      value: receiver,
      expected: 'a message within 20 s',
      next: 'Run `npx mnemoscope generate` and reload Alertmanager: it may not know this receiver yet.',
    },
  )
}
