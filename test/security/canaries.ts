import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@mnemoscope/kpi'

/** A configuration with a text that stands nowhere else in the place of each secret. */
export interface Planted {
  readonly config: ConfigInput
  /** The texts, by the setting that has it: `handlers.*.webhook`. */
  readonly canaries: ReadonlyMap<string, string>
}

/**
 * Plants a canary in every setting that others may not read.
 * @param alertmanager what the server can do: an older one lacks some media
 */
export function planted(alertmanager: '0.25' | '0.35'): Planted {
  const canaries = new Map<string, string>()
  const canary = (setting: string) => {
    const text = `canary${String(canaries.size).padStart(2, '0')}x7c1e`
    canaries.set(setting, text)
    return text
  }
  const receiver = (setting: string) => canary(`alerting.receivers.*.${setting}`)
  const file = (setting: string) => `/nowhere/${receiver(setting)}`
  // Nothing listens at this port, so that what is sent there fails, and the reason is logged.
  const address = (path: string) => `http://127.0.0.1:9/${path}`
  const media: Record<string, object> = {
    hook: { webhook: { url: address(receiver('webhook.url')), tokenFile: file('webhook.tokenFile') } },
    slack: { slack: { apiUrlFile: file('slack.apiUrlFile'), channel: '#alerts' } },
    mail: {
      email: {
        to: 'a@example.org',
        from: 'b@example.org',
        smarthost: 'localhost:9',
        username: 'a',
        passwordFile: file('email.passwordFile'),
      },
    },
    pager: { pagerduty: { routingKeyFile: file('pagerduty.routingKeyFile') } },
    genie: {
      opsgenie: {
        apiKeyFile: file('opsgenie.apiKeyFile'),
        apiUrl: `http://user:${receiver('opsgenie.apiUrl')}@127.0.0.1:9/`,
      },
    },
    other: { other: { webhook_configs: [{ url: address(receiver('other.*[]')) }] } },
  }
  const newer: Record<string, object> = {
    bot: { slack: { botTokenFile: file('slack.botTokenFile'), channel: '#alerts' } },
    file: { webhook: { urlFile: file('webhook.urlFile') } },
    teams: { teams: { webhookUrlFile: file('teams.webhookUrlFile') } },
    discord: { discord: { webhookUrlFile: file('discord.webhookUrlFile') } },
    telegram: { telegram: { botTokenFile: file('telegram.botTokenFile'), chatId: 1 } },
    incident: {
      incidentio: { url: address(receiver('incidentio.url')), tokenFile: file('incidentio.tokenFile') },
    },
  }
  const services =
    alertmanager === '0.25'
      ? []
      : [
          {
            name: 'memory',
            targets: ['127.0.0.1:9'],
            tokenFile: `/nowhere/${canary('services[].tokenFile')}`,
            scheme: 'https' as const,
            clientCertificate: {
              certFile: '/nowhere/client.crt',
              keyFile: `/nowhere/${canary('services[].clientCertificate.keyFile')}`,
            },
          },
        ]
  const login = (setting: string) => `user:${canary(setting)}`
  const config = {
    services,
    alerting: {
      alertmanager,
      ...(alertmanager === '0.35' && {
        recorderTokenFile: `/nowhere/${canary('alerting.recorderTokenFile')}`,
      }),
      receivers: alertmanager === '0.35' ? { ...media, ...newer } : media,
    },
    endpoints: {
      prometheus: `http://${login('endpoints.prometheus')}@127.0.0.1:9090`,
      alertmanager: `http://${login('endpoints.alertmanager')}@127.0.0.1:9093`,
      ...(alertmanager === '0.35' && { recorder: 'https://127.0.0.1:9470' }),
    },
    replicas: {
      prometheus: [`http://${login('replicas.prometheus[]')}@127.0.0.1:9091`],
      alertmanager: [`http://${login('replicas.alertmanager[]')}@127.0.0.1:9094`],
    },
    ...(alertmanager === '0.35' && {
      recorderScrapeTokenFile: `/nowhere/${canary('recorderScrapeTokenFile')}`,
      recorderClientCertificate: {
        certFile: '/nowhere/client.crt',
        keyFile: `/nowhere/${canary('recorderClientCertificate.keyFile')}`,
      },
    }),
    handlers: {
      desk: { webhook: address(canary('handlers.*.webhook')) },
      filed: { webhook: { urlFile: `/nowhere/${canary('handlers.*.webhook.urlFile')}` } },
    },
    plugins: [
      {
        name: 'recall',
        handlers: {
          desk: { webhook: address(canary('plugins[].handlers.*.webhook')) },
          filed: { webhook: { urlFile: `/nowhere/${canary('plugins[].handlers.*.webhook.urlFile')}` } },
        },
      },
    ],
  }
  return { config: config as ConfigInput, canaries }
}

/** The settings whose canaries a text has. */
export function canariesIn(text: string, { canaries }: Planted): string[] {
  return [...canaries].filter(([, canary]) => text.includes(canary)).map(([setting]) => setting)
}

/** Files below a folder that have a canary of these and can be read by others than their owner. */
export function readableWithCanaries(folder: string, canaries: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\.config\.ts$|\/tools\//.test(path))
    .filter((path) => {
      const bytes = readable(path)
      return canaries.some((canary) => bytes.includes(canary)) && (statSync(path).mode & 0o077) !== 0
    })
}

/** Empty where this account may not read it either, or it went away. */
function readable(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}
