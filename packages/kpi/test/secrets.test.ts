import { describe, expect, test } from '@jest/globals'
import {
  type ConfigError,
  type ConfigInput,
  configHash,
  defineConfig,
  secretSettings,
  secretsOf,
  shownConfig,
  withoutSecrets,
} from '@mnemoscope/kpi'

const secret = 'canary-4f1c'
const withSecret = (text: string): ConfigInput => ({
  endpoints: { prometheus: `http://user:${text}@127.0.0.1:9090` },
  handlers: { desk: { webhook: `https://hooks.example/${text}` } },
  alerting: {
    receivers: {
      desk: {
        webhook: { url: `https://hooks.example/a?key=${text}` },
        other: { sns_configs: [{ sigv4: { profile: text }, topic_arn: `arn:${text}` }] },
      },
    },
  },
})

test('a configuration is shown without its secrets, with the keys that have them, and all else as it is', () => {
  const shown = shownConfig(defineConfig(withSecret(secret)))
  expect(JSON.stringify(shown)).not.toContain(secret)
  expect(shown.endpoints).toMatchObject({
    prometheus: 'http://***@127.0.0.1:9090/',
    alertmanager: 'http://127.0.0.1:9093',
  })
  expect(shown.handlers).toEqual({ desk: { webhook: '***' } })
  expect(shown.alerting.receivers.desk).toMatchObject({
    webhook: { url: '***' },
    other: { sns_configs: [{ sigv4: { profile: '***' }, topic_arn: '***' }] },
  })
  expect(shownConfig(defineConfig())).toEqual(
    JSON.parse(JSON.stringify({ ...defineConfig(), declared: undefined })),
  )
  expect(shownConfig(shown)).toEqual(shown)
})

test('the hash of a configuration says nothing of its secrets', () => {
  expect(configHash(defineConfig(withSecret('one')))).toBe(configHash(defineConfig(withSecret('two'))))
})

test('every secret of a configuration is known, to take it out of what others write', () => {
  const secrets = secretsOf(defineConfig(withSecret(secret)))
  expect(secrets.toSorted()).toEqual(
    [
      secret,
      `arn:${secret}`,
      `https://hooks.example/${secret}`,
      `https://hooks.example/a?key=${secret}`,
      'user',
    ].toSorted(),
  )
  const quoted = `cannot send to https://hooks.example/${secret}: cannot read !!str \`canary-\` as int`
  expect(withoutSecrets(quoted, secrets)).toBe('cannot send to ***: cannot read !!str `***` as int')
  expect(withoutSecrets(quoted, [])).toBe(quoted)
})

test('settings that others may not read; a new one belongs here and into the canary test', () => {
  expect(secretSettings().map(([path, kind]) => `${kind} ${path}`)).toMatchInlineSnapshot(`
[
  "hidden services[].tokenFile",
  "hidden services[].clientCertificate.keyFile",
  "hidden alerting.recorderTokenFile",
  "secret alerting.receivers.*.webhook.url",
  "hidden alerting.receivers.*.webhook.urlFile",
  "hidden alerting.receivers.*.webhook.tokenFile",
  "hidden alerting.receivers.*.slack.apiUrlFile",
  "hidden alerting.receivers.*.slack.botTokenFile",
  "hidden alerting.receivers.*.email.passwordFile",
  "hidden alerting.receivers.*.pagerduty.routingKeyFile",
  "hidden alerting.receivers.*.opsgenie.apiKeyFile",
  "address alerting.receivers.*.opsgenie.apiUrl",
  "hidden alerting.receivers.*.teams.webhookUrlFile",
  "hidden alerting.receivers.*.discord.webhookUrlFile",
  "hidden alerting.receivers.*.telegram.botTokenFile",
  "secret alerting.receivers.*.incidentio.url",
  "hidden alerting.receivers.*.incidentio.tokenFile",
  "secret alerting.receivers.*.other.*[]",
  "address alerting.runbookBaseUrl",
  "secret handlers.*.webhook",
  "hidden handlers.*.webhook.urlFile",
  "hidden plugins[].kpis.*",
  "secret plugins[].handlers.*.webhook",
  "hidden plugins[].handlers.*.webhook.urlFile",
  "address endpoints.prometheus",
  "address endpoints.alertmanager",
  "address endpoints.recorder",
  "address endpoints.page",
  "address endpoints.alertmanagerPage",
  "address endpoints.grafana",
  "address endpoints.traces",
  "hidden recorderScrapeTokenFile",
  "hidden recorderClientCertificate.keyFile",
  "address replicas.prometheus[]",
  "address replicas.alertmanager[]",
  "address kpis.*.runbook",
]
`)
})

describe('an error does not show a secret, in the right place or in a wrong one', () => {
  const inputs: Record<string, object> = {
    'a webhook that is no address': { handlers: { desk: { webhook: secret } } },
    'a handler with a wrong key': { handlers: { desk: { webhok: secret } } },
    'a receiver with a wrong key': { alerting: { receivers: { desk: { slack: { apiUrl: secret } } } } },
    'a receiver without a medium': { alerting: { receivers: { desk: { apiKey: secret } } } },
    'a key that nothing reads': { password: secret },
    'a server with a password': {
      alerting: { receivers: { desk: { email: { smarthost: `u:${secret}@h:1` } } } },
    },
    'an address that cannot be read': { endpoints: { prometheus: `http//u:${secret}@h` } },
    'a link with a password': { endpoints: { grafana: `https://u:${secret}@h` } },
    'another receiver setting': {
      alerting: { receivers: { desk: { other: { sns_configs: [{ api_key: secret }] } } } },
    },
    'a plugin with a wrong key': { plugins: [{ name: 'recall', token: secret }] },
    'a KPI that is a text': { kpis: { f1_score: `${secret} and more than is shown` } },
    'an interval that is a key': { scrapeInterval: `Bearer ${secret} and more` },
    'a configuration that is a text': secret as unknown as object,
  }

  test.each(Object.entries(inputs))('%s', (_, input) => {
    const error = errorOf(input)
    expect(error.code).toBe('CONFIG_INVALID')
    const { message, value, expected, issues } = error
    expect(JSON.stringify({ message, value, expected, issues })).not.toContain(secret)
    expect(issues.length).toBeGreaterThan(0)
  })

  test('and says what kind of value it is; short texts and numbers are shown', () => {
    expect(errorOf({ password: secret }).message).toMatch(/^password: a text of 11 characters: no such key/)
    expect(errorOf({ scrapeInterval: '5x' }).message).toMatch(/^scrapeInterval: "5x": /)
  })
})

function errorOf(input: object): ConfigError {
  try {
    defineConfig(input as ConfigInput)
  } catch (error) {
    return error as ConfigError
  }
  throw new Error('the configuration is valid')
}
