import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generate } from '@mnemoscope/generate'
import { type Config, type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { type RunningServer, startAlertmanager } from '@mnemoscope/servers'
import { parse, stringify } from 'yaml'
import { eventually } from '../harness/eventually.js'
import type { Alert } from './alerts.js'
import { type Capture, capture, mailPart, type Received } from './capture.js'

/** A message as it reached a medium. */
export interface Message {
  readonly medium: string
  readonly title: string
  readonly text: string
  /** What the medium got. */
  readonly raw: string
  /** What makes it one with others, where a medium has incidents: an end names nothing else. */
  readonly incident?: string
}

/** A real Alertmanager with the generated files, and all media captured. */
export interface Stage {
  readonly capture: Capture
  readonly config: Config
  /** Folder of a project whose Alertmanager this is. */
  readonly folder: string
  url(): string
  raise(...alerts: readonly Alert[]): Promise<void>
  end(...alerts: readonly Alert[]): Promise<void>
  silence(labels: Readonly<Record<string, string>>): Promise<void>
  /** All messages until now. */
  messages(): Message[]
  /** Waits until a medium has so many messages, and then long enough for one more to come. */
  settled(count: number): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Groups wait this long, and as long after each message. */
export const paceSeconds = 1

export interface StageOptions {
  readonly command: string
  /** As `alerting.alertmanager` names it. */
  readonly version: string
  readonly config?: (smarthost: string) => ConfigInput
}

/** Media that an Alertmanager has; those that came later are only on newer ones. */
export function mediaOf(version: string): string[] {
  const all = ['webhook', 'slack', 'email', 'pagerduty', 'opsgenie']
  return Number(version.split('.')[1]) >= 28 ? [...all, 'discord', 'telegram', 'teams'] : all
}

export async function stage(options: StageOptions): Promise<Stage> {
  const { command, version } = options
  const captured = await capture()
  const config = options.config?.(captured.smarthost) ?? {}
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-messages-'))
  const secret = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const { url, smarthost } = captured
  const isNew = mediaOf(version).includes('discord')
  const full = defineConfig({
    contextSizes: [8_192, 131_072],
    scrapeInterval: `${paceSeconds}s`,
    alertCheckInterval: `${paceSeconds}s`,
    ...config,
    endpoints: { recorder: url, page: 'https://memory.example', ...config.endpoints },
    alerting: {
      alertmanager: version,
      groupWait: `${paceSeconds}s`,
      groupInterval: `${paceSeconds}s`,
      ...config.alerting,
      receivers: {
        team: {
          webhook: { url: `${url}/webhook` },
          slack: { apiUrlFile: await secret('slack', `${url}/slack`), channel: '#memory' },
          email: { to: 'team@example.org', from: 'mnemoscope@example.org', smarthost, requireTls: false },
          pagerduty: { routingKeyFile: await secret('pagerduty', 'key') },
          opsgenie: { apiKeyFile: await secret('opsgenie', 'key'), apiUrl: `${url}/opsgenie/` },
          ...(isNew
            ? {
                discord: { webhookUrlFile: await secret('discord', `${url}/discord`) },
                teams: { webhookUrlFile: await secret('teams', `${url}/teams`) },
                telegram: { botTokenFile: await secret('telegram', 'token'), chatId: 1 },
              }
            : {}),
        },
        ...config.alerting?.receivers,
      },
    },
  })
  const files = generate(full)
  for (const path of ['alertmanager/alertmanager.yml', 'alertmanager/templates/mnemoscope.tmpl']) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), files.get(path) as string)
  }
  // Media whose address is not ours to set lead here; nothing else is changed.
  const configFile = join(folder, 'alertmanager/alertmanager.yml')
  const settings = parse(files.get('alertmanager/alertmanager.yml') as string)
  settings.global = {
    pagerduty_url: `${url}/pagerduty`,
    ...(isNew ? { telegram_api_url: `${url}/telegram` } : {}),
  }
  await writeFile(configFile, stringify(settings))
  const start = () =>
    startAlertmanager({ command, configFile, stateDir: join(folder, '.mnemoscope'), port: 0 })
  let running: RunningServer = await start()

  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${running.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`)
  }
  const messages = () =>
    captured.received.flatMap((each) => ('mail' in each ? [mailed(each.mail)] : posted(each)))
  return {
    capture: captured,
    config: full,
    folder,
    url: () => running.url,
    raise: (...alerts) => post('/api/v2/alerts', alerts),
    end: (...alerts) => {
      const endsAt = new Date().toISOString()
      return post(
        '/api/v2/alerts',
        alerts.map((alert) => ({ ...alert, endsAt })),
      )
    },
    silence: (labels) => {
      const matchers = Object.entries(labels).map(([name, value]) => ({
        name,
        value,
        isRegex: false,
        isEqual: true,
      }))
      const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 3_600_000)]
      return post('/api/v2/silences', { matchers, startsAt, endsAt, createdBy: 'test', comment: 'test' })
    },
    messages,
    async settled(count) {
      await eventually(`${count} messages of each medium`, () => {
        const sent = messages()
        return mediaOf(version).every((each) => sent.filter(({ medium }) => medium === each).length >= count)
      })
      await new Promise((resolve) => setTimeout(resolve, paceSeconds * 1_300))
    },
    async restart() {
      await running.stop()
      running = await start()
    },
    async stop() {
      await running.stop()
      await captured.stop()
      await rm(folder, { recursive: true })
    },
  }
}

/** Title and text of what a medium got; nothing for the recorder's own webhook. */
function posted({ path, body }: Exclude<Received, { mail: string }>): Message[] {
  const medium = path.split('/')[1] ?? ''
  const raw = JSON.stringify(body)
  const of = (title: unknown, text: unknown, incident?: unknown): Message[] => [
    {
      medium,
      title: String(title),
      text: String(text ?? ''),
      raw,
      ...(incident === undefined ? {} : { incident: String(incident) }),
    },
  ]
  const at = (...keys: readonly (string | number)[]) =>
    keys.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], body)
  switch (medium) {
    case 'webhook':
      return of(body.status, raw)
    case 'slack':
      return of(at('attachments', 0, 'title'), at('attachments', 0, 'text'))
    case 'pagerduty':
      return of(
        at('payload', 'summary') ?? body.event_action,
        at('payload', 'custom_details', 'message'),
        body.dedup_key,
      )
    case 'opsgenie': {
      // A new text of an alert that is there is no message of its own.
      const [, , , , alias, change] = path.split('/')
      if (change === 'message' || change === 'description') return []
      return of(body.message ?? change, body.description, body.alias ?? alias)
    }
    case 'discord':
      return of(at('embeds', 0, 'title'), at('embeds', 0, 'description'))
    case 'teams':
      return of(
        at('attachments', 0, 'content', 'body', 0, 'text'),
        at('attachments', 0, 'content', 'body', 1, 'text'),
      )
    case 'telegram':
      return of(String(body.text).split('\n')[0], body.text)
    default:
      return []
  }
}

function mailed(mail: string): Message {
  const [, subject = ''] = /^Subject: ([^\r]*(?:\r\n [^\r]*)*)/m.exec(mail) ?? []
  const decoded = subject
    .replaceAll('\r\n', '')
    .replaceAll(/=\?utf-8\?q\?(.*?)\?=\s?/gi, (_, text: string) => {
      const bytes = text
        .replaceAll('_', ' ')
        .replaceAll(/=([0-9A-F]{2})/g, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      return Buffer.from(bytes, 'latin1').toString()
    })
  return { medium: 'email', title: decoded, text: mailPart(mail, 'text/plain'), raw: mail }
}
