import type { Config } from '@mnemoscope/kpi'
import { isAtLeast } from './version.js'

type Receiver = Config['alerting']['receivers'][string]

/**
 * A receiver as Alertmanager configures it; every medium gets recoveries too. What the messages say is in the templates
 * that replace the built-in ones; here stands only what has no template of that kind.
 */
export function receiverConfig(name: string, receiver: Receiver, config: Config): object {
  const { webhook, slack, email, pagerduty, opsgenie, teams, discord, telegram, incidentio, other } = receiver
  const own: Readonly<Record<string, object[]>> = {
    ...one('webhook_configs', webhook, (given) => webhookConfig(given)),
    ...one('slack_configs', slack, slackConfig),
    ...one('email_configs', email, emailConfig),
    ...one('pagerduty_configs', pagerduty, pagerdutyConfig),
    ...one('opsgenie_configs', opsgenie, opsgenieConfig),
    ...one('msteamsv2_configs', teams, ({ webhookUrlFile }) => ({ webhook_url_file: webhookUrlFile })),
    ...one('discord_configs', discord, ({ webhookUrlFile }) => ({ webhook_url_file: webhookUrlFile })),
    ...one('telegram_configs', telegram, ({ botTokenFile, chatId }) => ({
      bot_token_file: botTokenFile,
      chat_id: chatId,
      parse_mode: 'HTML',
    })),
    ...one('incidentio_configs', incidentio, (given) => incidentioConfig(given, config)),
  }
  // A second one of a kind is sent to beside the first.
  const others = Object.entries(other ?? {}).map(([key, settings]) => [
    key,
    [...(own[key] ?? []), ...settings],
  ])
  return { name, ...own, ...Object.fromEntries(others) }
}

function one<Given>(
  key: string,
  given: Given | undefined,
  settings: (given: Given) => object,
): Record<string, object[]> {
  return given === undefined ? {} : { [key]: [{ send_resolved: true, ...settings(given) }] }
}

const use = (name: string) => `{{ template "mnemoscope.${name}" . }}`

/** A webhook, with the address or the bearer token that stands in a file where one is named. */
export function webhookConfig(
  { url, urlFile, tokenFile }: NonNullable<Receiver['webhook']>,
  tls: object = {},
): object {
  const place = urlFile === undefined ? { url } : { url_file: urlFile }
  const http = {
    ...(tokenFile === undefined ? {} : { authorization: { type: 'Bearer', credentials_file: tokenFile } }),
    ...tls,
  }
  return { ...place, send_resolved: true, ...(Object.keys(http).length === 0 ? {} : { http_config: http }) }
}

/** The only address by which a message of Slack can be changed. */
const slackApi = 'https://slack.com/api/chat.postMessage'

function slackConfig(slack: NonNullable<Receiver['slack']>): object {
  const place =
    'apiUrlFile' in slack
      ? { api_url_file: slack.apiUrlFile }
      : {
          api_url: slackApi,
          http_config: { authorization: { type: 'Bearer', credentials_file: slack.botTokenFile } },
          ...(slack.updates === 'edit' ? { update_message: true } : { post_updates_to_thread: true }),
        }
  return {
    ...place,
    channel: slack.channel,
    color: use('color'),
    // No field: names of models may have characters that Slack would take for formats. An empty list is its default.
    mrkdwn_in: ['none'],
  }
}

function emailConfig({
  to,
  from,
  smarthost,
  username,
  passwordFile,
  requireTls,
}: NonNullable<Receiver['email']>): object {
  return {
    to,
    from,
    smarthost,
    require_tls: requireTls,
    ...(username === undefined ? {} : { auth_username: username }),
    ...(passwordFile === undefined ? {} : { auth_password_file: passwordFile }),
    text: use('text'),
  }
}

function pagerdutyConfig({ routingKeyFile }: NonNullable<Receiver['pagerduty']>): object {
  return {
    routing_key_file: routingKeyFile,
    severity: use('pagerduty.severity'),
    // The built-in details are lists of labels; an empty one is left out.
    details: { message: use('text.body'), firing: '', resolved: '' },
  }
}

function opsgenieConfig({ apiKeyFile, apiUrl, team }: NonNullable<Receiver['opsgenie']>): object {
  return {
    api_key_file: apiKeyFile,
    ...(apiUrl === undefined ? {} : { api_url: apiUrl }),
    ...(team === undefined ? {} : { responders: [{ type: 'team', name: team }] }),
    priority: use('opsgenie.priority'),
    // Without it Opsgenie keeps the first text.
    update_alerts: true,
  }
}

/** Metadata with templates came with 0.35; before, incident.io makes its own text of labels and annotations. */
function incidentioConfig({ url, tokenFile }: NonNullable<Receiver['incidentio']>, config: Config): object {
  const hasMetadata = isAtLeast(config, 35)
  return {
    url,
    alert_source_token_file: tokenFile,
    ...(hasMetadata ? { metadata: { title: use('text.title'), description: use('text.body') } } : {}),
  }
}
