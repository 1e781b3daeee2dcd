import type { Config } from '@mnemoscope/kpi'

type Receiver = Config['alerting']['receivers'][string]

/** A receiver as Alertmanager configures it; every integration gets recoveries too. */
export function receiverConfig(name: string, receiver: Receiver): object {
  const { webhook, slack, email, pagerduty, other } = receiver
  return {
    name,
    ...(webhook === undefined ? {} : { webhook_configs: [webhookConfig(webhook)] }),
    ...(slack === undefined
      ? {}
      : {
          slack_configs: [
            {
              api_url_file: slack.apiUrlFile,
              channel: slack.channel,
              send_resolved: true,
              title: `{{ .CommonLabels.severity | toUpper }}: {{ .CommonAnnotations.summary }}`,
              text: perAlert,
            },
          ],
        }),
    ...(email === undefined ? {} : { email_configs: [emailConfig(email)] }),
    ...(pagerduty === undefined
      ? {}
      : {
          pagerduty_configs: [
            {
              routing_key_file: pagerduty.routingKeyFile,
              severity: '{{ .CommonLabels.severity }}',
              send_resolved: true,
            },
          ],
        }),
    ...other,
  }
}

/** What is wrong, and the two places to go, for each alert of a notification. */
const perAlert =
  '{{ range .Alerts }}{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\n' +
  'Dashboard: {{ .Annotations.dashboard_url }}\n{{ end }}'

/** A webhook, with the bearer token that stands in a file where one is named. */
export function webhookConfig({ url, tokenFile }: NonNullable<Receiver['webhook']>): object {
  const authorization = { http_config: { authorization: { type: 'Bearer', credentials_file: tokenFile } } }
  return { url, send_resolved: true, ...(tokenFile === undefined ? {} : authorization) }
}

function emailConfig({
  to,
  from,
  smarthost,
  username,
  passwordFile,
}: NonNullable<Receiver['email']>): object {
  return {
    to,
    from,
    smarthost,
    send_resolved: true,
    ...(username === undefined ? {} : { auth_username: username }),
    ...(passwordFile === undefined ? {} : { auth_password_file: passwordFile }),
  }
}
